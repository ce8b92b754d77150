//! Frames on a stream between the host and a worker: four bytes of length, then `borsh`.
//!
//! Knows bytes and bounds alone, not what is said.

use std::io::{self, Read, Write};

use borsh::{BorshDeserialize, BorshSerialize};

/// The largest frame that either side takes; a component with its language inside and its code fits.
pub const MAX_FRAME: usize = 96 << 20;

const HEADER: usize = 4;

/// One message as a frame, ready to be written.
pub fn encode<T: BorshSerialize>(message: &T) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(4096);
    append(&mut bytes, message)?;
    Ok(bytes)
}

/// Appends one message as a frame.
pub fn append<T: BorshSerialize>(bytes: &mut Vec<u8>, message: &T) -> io::Result<()> {
    let start = bytes.len();
    bytes.extend_from_slice(&[0; HEADER]);
    message.serialize(bytes)?;
    let length = bytes.len() - start - HEADER;
    let header = u32::try_from(length).ok().filter(|_| length <= MAX_FRAME).ok_or_else(too_large)?;
    if let Some(place) = bytes.get_mut(start..start + HEADER) {
        place.copy_from_slice(&header.to_le_bytes());
    }
    Ok(())
}

/// Reads one message; `None` when the other side has closed the stream between two frames.
pub fn read<T: BorshDeserialize>(stream: &mut impl Read, buffer: &mut Vec<u8>) -> io::Result<Option<T>> {
    let mut header = [0; HEADER];
    // A signal, such as that of a child that ended, breaks off a read with a time limit: it is no answer.
    let first = loop {
        match stream.read(&mut header[..1]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => break done?,
        }
    };
    if first == 0 {
        return Ok(None);
    }
    stream.read_exact(&mut header[1..])?;
    let length = length(header)?;
    buffer.resize(length, 0);
    stream.read_exact(buffer)?;
    decode(buffer).map(Some)
}

/// Writes one message.
pub fn write<T: BorshSerialize>(stream: &mut impl Write, message: &T) -> io::Result<()> {
    stream.write_all(&encode(message)?)
}

/// The length that a header announces.
pub fn length(header: [u8; HEADER]) -> io::Result<usize> {
    let length = u32::from_le_bytes(header) as usize;
    if length > MAX_FRAME { Err(too_large()) } else { Ok(length) }
}

/// The message in a frame's body.
pub fn decode<T: BorshDeserialize>(body: &[u8]) -> io::Result<T> {
    borsh::from_slice(body)
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("frame over {MAX_FRAME} bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream whose every other read is broken off.
    struct Disturbed<'a>(&'a [u8], bool);

    impl Read for Disturbed<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 { Err(io::ErrorKind::Interrupted.into()) } else { self.0.read(into) }
        }
    }

    #[test]
    fn a_read_that_was_broken_off_goes_on() {
        let bytes = encode(&"hello".to_owned()).unwrap();
        let mut stream = Disturbed(&bytes, false);
        assert_eq!(read::<String>(&mut stream, &mut Vec::new()).unwrap().as_deref(), Some("hello"));
        assert_eq!(read::<String>(&mut stream, &mut Vec::new()).unwrap(), None);
    }
}
