use cuecard_model::{IdentityKind, Money, Timestamp};
use serde_json::json;

use super::*;

fn told(topic: &str, body: &Json) -> Result<Told, Wrong> {
    let (merchant, id, at) = ("acme".into(), "woocommerce:x".into(), Timestamp::from_seconds(50));
    map(&Delivery { merchant: &merchant, source: "woocommerce", shop: None, topic, id, at }, body)
}

fn order(status: &str, customer: u32) -> Json {
    json!({"id": 727, "number": "727", "status": status, "currency": "USD", "total": "29.35", "customer_id": customer,
        "date_created_gmt": "2026-03-22T19:28:02", "date_modified_gmt": "2026-03-22T19:30:00",
        "billing": {"first_name": "John", "last_name": "Doe", "email": "john@shop.example", "phone": "+1 555 555 5555",
            "country": "US", "state": "CA"},
        "line_items": [{"id": 315, "name": "Woo single", "quantity": 2, "price": 3, "variation_id": 0}],
        "refunds": [{"id": 726, "reason": "", "total": "-10.00"}]})
}

#[test]
fn an_order_is_read() {
    for (status, topic, kind, stands) in [
        ("processing", "order.created", "order.created", OrderStatus::Paid),
        ("completed", "order.updated", "order.updated", OrderStatus::Shipped),
        ("failed", "order.updated", "payment.failed", OrderStatus::Pending),
        ("cancelled", "order.updated", "order.cancelled", OrderStatus::Cancelled),
        ("refunded", "order.updated", "refund.created", OrderStatus::Refunded),
    ] {
        let Told::News(news) = told(topic, &order(status, 26)).unwrap() else { panic!() };
        let (event, order) = (news[0].event.as_ref().unwrap(), &news[0].orders[0]);
        assert_eq!((event.kind.as_str(), order.facts.as_ref().unwrap().value.status), (kind, stands), "{status}");
        assert_eq!(event.at.to_string(), "2026-03-22T19:30:00Z");
        let back = Money { amount: "10.00".into(), currency: "USD".into() };
        assert_eq!(order.refunds[0].value.amount, Some(back));
        assert_eq!((news[0].customer.clone(), news[0].claims.len()), (Some("26".into()), 3));
    }
}

#[test]
fn a_guest_links_to_nobody() {
    let Told::News(news) = told("order.created", &order("pending", 0)).unwrap() else { panic!() };
    assert!(news[0].customer.as_ref().unwrap().as_str().starts_with("guest-"));
    assert!(news[0].claims.iter().all(|claim| !claim.verified && claim.kind != IdentityKind::Shop));
}

#[test]
fn customers_and_products_are_read() {
    let body = json!({"id": 25, "email": "john@shop.example", "first_name": "John", "last_name": "", "date_modified_gmt":
        "2026-03-21T16:11:14", "billing": {"phone": "", "country": "US", "email": ""}});
    let Told::News(news) = told("customer.updated", &body).unwrap() else { panic!() };
    let profile = &news[0].profile.as_ref().unwrap().value;
    assert_eq!((profile.email.as_deref(), profile.country.as_deref()), (Some("john@shop.example"), Some("US")));
    let body = json!({"id": 794, "name": "Quality", "price": "21.99", "stock_quantity": null});
    let Told::News(news) = told("product.updated", &body).unwrap() else { panic!() };
    assert_eq!(news[0].event.as_ref().unwrap().fields["price_amount"], 21.99.into());
    assert_eq!(told("coupon.created", &body), Ok(Told::Unknown));
    assert_eq!(told("order.created", &json!({"id": "x", "line_items": 3})).unwrap_err().field, "line_items");
}
