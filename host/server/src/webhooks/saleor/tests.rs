use serde_json::json;

use super::*;

fn told(topic: &str, body: &Json) -> Result<Vec<News>, Wrong> {
    let (merchant, id, at) = ("acme".into(), "saleor:x".into(), Timestamp::from_seconds(50));
    let delivery = Delivery { merchant: &merchant, source: "saleor", shop: None, topic, id, at };
    match map(&delivery, body)? {
        Told::News(news) => Ok(news),
        other => panic!("{other:?}"),
    }
}

/// The list that is sent without a subscription, and what a subscription asks for, say the same.
#[test]
fn both_shapes_say_the_same() {
    let listed = json!([{"type": "Order", "id": "T3JkZXI6MQ==", "number": "21", "status": "unfulfilled",
        "created": "2026-03-01T10:00:00+00:00", "updated_at": "2026-03-01T10:05:00+00:00", "currency": "USD",
        "total_gross_amount": "30.00", "user_email": "ann@shop.example", "charge_status": "full",
        "user": {"id": "VXNlcjox", "email": "ann@shop.example", "first_name": "Ann", "last_name": "Bee"},
        "shipping_address": {"country": "US"},
        "lines": [{"id": "L1", "product_name": "Pack", "quantity": 2, "unit_price_gross_amount": "15.00"}],
        "fulfillments": [{"id": "F1", "status": "fulfilled", "tracking_number": "Z1"}]}]);
    let asked = json!({"order": {"id": "T3JkZXI6MQ==", "number": "21", "status": "UNFULFILLED",
        "created": "2026-03-01T10:00:00+00:00", "updatedAt": "2026-03-01T10:05:00+00:00", "isPaid": true,
        "total": {"gross": {"amount": 30.0, "currency": "USD"}}, "userEmail": "ann@shop.example",
        "user": {"id": "VXNlcjox", "email": "ann@shop.example", "firstName": "Ann", "lastName": "Bee"},
        "shippingAddress": {"country": {"code": "US"}},
        "lines": [{"id": "L1", "productName": "Pack", "quantity": 2, "unitPrice": {"gross": {"amount": 15.0, "currency": "USD"}}}],
        "fulfillments": [{"id": "F1", "status": "FULFILLED", "trackingNumber": "Z1"}]}});
    let [listed, asked] = [listed, asked].map(|body| told("order_updated", &body).unwrap().remove(0));
    assert_eq!(listed.customer, Some("VXNlcjox".into()));
    assert_eq!((&listed.customer, &listed.claims), (&asked.customer, &asked.claims));
    assert_eq!(listed.profile, asked.profile);
    let facts = |news: &News| news.orders[0].facts.as_ref().unwrap().clone();
    let (mut one, other) = (facts(&listed), facts(&asked));
    assert_eq!(one.value.total.as_ref().unwrap().amount, "30.00");
    (one.value.total, one.value.items[0].price) = (other.value.total.clone(), other.value.items[0].price.clone());
    assert_eq!(one, other);
    assert_eq!(one.value.status, OrderStatus::Paid);
    assert_eq!(listed.orders[0].fulfillments, asked.orders[0].fulfillments);
}

#[test]
fn parcels_checkouts_customers_and_stock() {
    let body =
        json!({"fulfillment": {"id": "F1", "status": "FULFILLED", "trackingNumber": "Z1", "order": {"id": "O1"}}});
    let news = told("fulfillment_created", &body).unwrap();
    assert_eq!(
        (news[0].order.as_deref(), news[0].event.as_ref().unwrap().kind.as_str()),
        (Some("O1"), "fulfillment.created")
    );
    let body = json!([{"token": "t-1", "email": "ann@shop.example", "lines": [{"quantity": 3}], "currency": "USD"}]);
    let news = told("checkout_updated", &body).unwrap();
    assert_eq!(news[0].event.as_ref().unwrap().fields["item_count"], 3.0.into());
    assert!(!news[0].claims[0].verified);
    let body = json!({"user": {"id": "U1", "email": "ann@shop.example", "isConfirmed": true}});
    assert!(told("CUSTOMER_UPDATED", &body).unwrap()[0].claims.iter().all(|claim| claim.verified));
    let body = json!({"productVariant": {"id": "V1", "name": "green", "quantityAvailable": 0}});
    let news = told("product_variant_out_of_stock", &body).unwrap();
    assert_eq!(news[0].event.as_ref().unwrap().fields["stock"], 0.0.into());
    assert_eq!(told("order_created", &json!([{"number": 1}])).unwrap_err().field, "[0].id");
}
