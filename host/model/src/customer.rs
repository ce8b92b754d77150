//! A customer and the orders that replies speak of.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{CustomerId, Fields, Money, Timestamp};

/// What the merchant pushed about one customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// The merchant's own id.
    pub id: CustomerId,
    /// How the customer is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<PersonName>,
    /// BCP 47, e.g. `zh-CN`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The part of the country, as ISO 3166-2 without the country: `FL`, `NSW`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// IANA name, e.g. `Asia/Shanghai`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Electronic mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// E.164, e.g. `+8613800000000`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Newest first.
    #[serde(default)]
    pub orders: Vec<Order>,
    /// Anything else that the merchant wants its plugins to know.
    #[serde(default)]
    pub attributes: Fields,
}

impl Customer {
    /// A customer of whom nothing but the id is known.
    pub fn unknown(id: CustomerId) -> Self {
        Self {
            id,
            name: None,
            locale: None,
            country: None,
            region: None,
            time_zone: None,
            email: None,
            phone: None,
            orders: Vec::new(),
            attributes: Fields::new(),
        }
    }
}

/// The parts of a name, as the customer gave them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonName {
    /// Given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
    /// Family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// Title such as Dr., where the customer uses one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// One order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The shop's id.
    pub id: String,
    /// The number that the customer sees, if it differs from the id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Where the order stands.
    pub status: OrderStatus,
    /// When it was placed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placed_at: Option<Timestamp>,
    /// What it cost in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Money>,
    /// What was bought.
    #[serde(default)]
    pub items: Vec<Item>,
    /// The parcels.
    #[serde(default)]
    pub fulfillments: Vec<Fulfillment>,
    /// Money that goes or went back.
    #[serde(default)]
    pub refunds: Vec<Refund>,
    /// Goods that come or came back.
    #[serde(default)]
    pub returns: Vec<Return>,
    /// Anything else that the merchant wants its plugins to know.
    #[serde(default)]
    pub attributes: Fields,
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Placed, not yet paid.
    Pending,
    /// Paid, not yet shipped.
    Paid,
    /// Being packed.
    Processing,
    /// Some parcels have left.
    PartiallyShipped,
    /// All parcels have left.
    Shipped,
    /// All parcels have arrived.
    Delivered,
    /// Called off.
    Cancelled,
    /// Paid back in full.
    Refunded,
}

/// One line of an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The line's or the product's id.
    pub id: String,
    /// The product's name.
    pub title: String,
    /// Size, colour and the like, as the shop shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// How many.
    #[serde(default = "one")]
    pub quantity: u32,
    /// For one piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
}

fn one() -> u32 {
    1
}

/// One parcel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Fulfillment {
    /// The shop's id.
    pub id: String,
    /// Where the parcel is.
    pub status: FulfillmentStatus,
    /// Who carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// The carrier's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<String>,
    /// Where the customer can follow it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_url: Option<String>,
    /// When it left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipped_at: Option<Timestamp>,
    /// When it was promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_at: Option<Timestamp>,
    /// When it arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Timestamp>,
}

/// Where a parcel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
pub enum FulfillmentStatus {
    /// Not yet with the carrier.
    Pending,
    /// On its way.
    InTransit,
    /// With the driver.
    OutForDelivery,
    /// Arrived.
    Delivered,
    /// Could not be delivered.
    Failed,
    /// Going back to the shop.
    Returned,
}

/// Money that goes back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Refund {
    /// The shop's id.
    pub id: String,
    /// Where it stands.
    pub status: RefundStatus,
    /// How much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// When it was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// Asked for.
    Requested,
    /// Sent to the bank.
    Processing,
    /// Paid.
    Completed,
    /// Not paid.
    Declined,
}

/// Goods that come back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Return {
    /// The shop's id.
    pub id: String,
    /// Where it stands.
    pub status: ReturnStatus,
    /// When it was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// Where a return stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnStatus {
    /// Asked for.
    Requested,
    /// Agreed; the goods are awaited.
    Approved,
    /// The goods are back.
    Received,
    /// Not agreed.
    Declined,
}
