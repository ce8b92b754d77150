//! From the host to Lua: any serde value as tables, numbers and texts. Moments become seconds, absent stays absent.
//!
//! Knows nothing of what it pushes. Its input is the host's own, so it has no budget but depth.

use std::fmt::{self, Display};

use cuecard_model::Value;
use serde::ser::{self, Serialize};

use super::raw::Stack;

/// Pushes one value.
pub(super) fn push(stack: &mut Stack<'_>, value: &impl Serialize) -> Result<(), PushError> {
    value.serialize(Pusher { stack, depth: 0 })
}

/// Pushes one scalar.
pub(super) fn push_value(stack: &mut Stack<'_>, value: &Value) {
    match value {
        Value::Flag(flag) => stack.push_flag(*flag),
        Value::Number(number) => stack.push_number(*number),
        Value::Text(text) => stack.push_text(text),
        Value::Money(money) => {
            stack.push_table(0, 2);
            for (name, text) in [("amount", &money.amount), ("currency", &money.currency)] {
                stack.push_text(name);
                stack.push_text(text);
                stack.set_pair();
            }
        }
    }
}

/// What Lua has no word for. Never seen unless a type of the model changes.
#[derive(Debug)]
pub(super) struct PushError(String);

impl Display for PushError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for PushError {}

impl ser::Error for PushError {
    fn custom<T: Display>(reason: T) -> Self {
        Self(reason.to_string())
    }
}

const MAX_DEPTH: u8 = 16;

struct Pusher<'a, 'b> {
    stack: &'a mut Stack<'b>,
    depth: u8,
}

impl<'a, 'b> Pusher<'a, 'b> {
    fn table(self, items: usize, names: usize) -> Result<Table<'a, 'b>, PushError> {
        if self.depth >= MAX_DEPTH {
            return Err(PushError("nested too deep".into()));
        }
        self.stack.push_table(items, names);
        Ok(Table { stack: self.stack, depth: self.depth + 1, items: 0 })
    }

    fn number(self, number: f64) -> Result<(), PushError> {
        self.stack.push_number(number);
        Ok(())
    }
}

/// A table on top of the stack, being filled.
struct Table<'a, 'b> {
    stack: &'a mut Stack<'b>,
    depth: u8,
    items: usize,
}

impl<'b> Table<'_, 'b> {
    fn inner(&mut self) -> Pusher<'_, 'b> {
        Pusher { stack: self.stack, depth: self.depth }
    }
}

macro_rules! numbers {
    ($($method:ident: $number:ty),+) => {$(
        fn $method(self, number: $number) -> Result<(), PushError> {
            self.number(number as f64)
        }
    )+};
}

impl<'a, 'b> ser::Serializer for Pusher<'a, 'b> {
    type Ok = ();
    type Error = PushError;
    type SerializeSeq = Table<'a, 'b>;
    type SerializeTuple = Table<'a, 'b>;
    type SerializeTupleStruct = ser::Impossible<(), PushError>;
    type SerializeTupleVariant = ser::Impossible<(), PushError>;
    type SerializeMap = Table<'a, 'b>;
    type SerializeStruct = Table<'a, 'b>;
    type SerializeStructVariant = ser::Impossible<(), PushError>;

    // Numbers of Lua are f64: exact up to 2^53, which no id or moment of the model passes.
    numbers!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_u8: u8,
        serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_f32: f32, serialize_f64: f64);

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_bool(self, flag: bool) -> Result<(), PushError> {
        self.stack.push_flag(flag);
        Ok(())
    }

    fn serialize_char(self, character: char) -> Result<(), PushError> {
        self.serialize_str(character.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Result<(), PushError> {
        self.stack.push_text(text);
        Ok(())
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), PushError> {
        Err(PushError("bytes are not handed to plugins".into()))
    }

    fn serialize_none(self) -> Result<(), PushError> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), PushError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), PushError> {
        self.stack.push_nil();
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), PushError> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), PushError> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), PushError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), PushError> {
        let mut table = self.table(0, 1)?;
        ser::SerializeStruct::serialize_field(&mut table, variant, value)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Table<'a, 'b>, PushError> {
        self.table(length.unwrap_or(0), 0)
    }

    fn serialize_tuple(self, length: usize) -> Result<Table<'a, 'b>, PushError> {
        self.table(length, 0)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, PushError> {
        Err(PushError("tuples are not handed to plugins".into()))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, PushError> {
        Err(PushError("tuples are not handed to plugins".into()))
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Table<'a, 'b>, PushError> {
        self.table(0, length.unwrap_or(0))
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Table<'a, 'b>, PushError> {
        self.table(0, length)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, PushError> {
        Err(PushError("variants with fields are not handed to plugins".into()))
    }
}

impl ser::SerializeSeq for Table<'_, '_> {
    type Ok = ();
    type Error = PushError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), PushError> {
        self.items += 1;
        value.serialize(self.inner())?;
        self.stack.set_item(self.items);
        Ok(())
    }

    fn end(self) -> Result<(), PushError> {
        Ok(())
    }
}

impl ser::SerializeTuple for Table<'_, '_> {
    type Ok = ();
    type Error = PushError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), PushError> {
        ser::SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<(), PushError> {
        Ok(())
    }
}

impl ser::SerializeMap for Table<'_, '_> {
    type Ok = ();
    type Error = PushError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), PushError> {
        key.serialize(self.inner())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), PushError> {
        value.serialize(self.inner())?;
        self.stack.set_pair();
        Ok(())
    }

    fn end(self) -> Result<(), PushError> {
        Ok(())
    }
}

impl ser::SerializeStruct for Table<'_, '_> {
    type Ok = ();
    type Error = PushError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), PushError> {
        self.stack.push_text(name);
        value.serialize(self.inner())?;
        self.stack.set_pair();
        Ok(())
    }

    fn end(self) -> Result<(), PushError> {
        Ok(())
    }
}
