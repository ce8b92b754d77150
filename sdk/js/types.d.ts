// Made from sdk/wit/v1/cuecard.wit: UPDATE_GOLDEN=1 cargo nextest run -p cuecard-plugin typescript

/** Seconds since the Unix epoch. */
export type Timestamp = number;

/** An amount: decimal digits, and an ISO 4217 code. */
export interface Money {
  amount: string;
  currency: string;
}

/** A scalar. Moments are numbers: seconds since the Unix epoch. */
export type Value = boolean | number | string | Money;

/** Values by name. */
export type Fields = Record<string, Value | null | undefined>;

/** Who wrote a message. */
export type Role = "customer" | "agent";

/** One message of a conversation. */
export interface Message {
  role: Role;
  text: string;
  at: Timestamp;
}

/** A language with its script where that matters, e.g. `zh-Hans`. */
export interface DetectedLanguage {
  tag: string;
  confidence: number;
}

/** A scenario that came near. */
export interface Alternative {
  id: string;
  confidence: number;
}

/** What the customer wants; the id is `none` where nothing fits. */
export interface DetectedScenario {
  id: string;
  confidence: number;
  alternatives: Alternative[];
}

/** Feelings that ask for different words. */
export type EmotionLabel = "neutral" | "happy" | "grateful" | "confused" | "anxious" | "disappointed" | "frustrated" | "angry";

/** Which way the feeling goes over the conversation. */
export type Trend = "rising" | "steady" | "falling";

/** How the customer feels. */
export interface Emotion {
  label: EmotionLabel;
  intensity: number;
  trend: Trend;
}

/** Where the customer is on the way from browsing to after-sale. */
export type Stage = "browsing" | "hesitating" | "checkout" | "awaiting-shipment" | "in-transit" | "delivered" | "after-sale" | "lapsed";

/** What the host understood. */
export interface Signals {
  language: DetectedLanguage;
  scenario: DetectedScenario;
  emotion: Emotion;
  stage: Stage;
}

/** A scenario as a plugin names it. Without alternatives, what it replaces becomes the first of them. */
export interface ClassifiedScenario {
  id: string;
  confidence: number;
  alternatives?: Alternative[];
}

/** A feeling as a plugin names it. Without a trend, the trend stays as it was. */
export interface ClassifiedEmotion {
  label: EmotionLabel;
  intensity: number;
  trend?: Trend | null;
}

/** What a plugin understood otherwise. What is absent stays as it was. */
export interface Classification {
  language?: DetectedLanguage | null;
  scenario?: ClassifiedScenario | null;
  emotion?: ClassifiedEmotion | null;
  stage?: Stage | null;
  reason?: string;
}

/** The parts of a name, as the customer gave them. */
export interface PersonName {
  given?: string | null;
  family?: string | null;
  title?: string | null;
}

/** Where an order stands. */
export type OrderStatus = "pending" | "paid" | "processing" | "partially-shipped" | "shipped" | "delivered" | "cancelled" | "refunded";

/** One line of an order. */
export interface Item {
  id: string;
  title: string;
  variant?: string | null;
  quantity: number;
  price?: Money | null;
}

/** Where a parcel is. */
export type FulfillmentStatus = "pending" | "in-transit" | "out-for-delivery" | "delivered" | "failed" | "returned";

/** One parcel. */
export interface Fulfillment {
  id: string;
  status: FulfillmentStatus;
  carrier?: string | null;
  trackingNumber?: string | null;
  trackingUrl?: string | null;
  shippedAt?: Timestamp | null;
  expectedAt?: Timestamp | null;
  deliveredAt?: Timestamp | null;
}

/** Where a refund stands. */
export type RefundStatus = "requested" | "processing" | "completed" | "declined";

/** Money that goes back. */
export interface Refund {
  id: string;
  status: RefundStatus;
  amount?: Money | null;
  at?: Timestamp | null;
}

/** Where a return stands. */
export type ReturnStatus = "requested" | "approved" | "received" | "declined";

/** Goods that come back. */
export interface Return {
  id: string;
  status: ReturnStatus;
  at?: Timestamp | null;
}

/** One order. */
export interface Order {
  id: string;
  number?: string | null;
  status: OrderStatus;
  placedAt?: Timestamp | null;
  total?: Money | null;
  items: Item[];
  fulfillments: Fulfillment[];
  refunds: Refund[];
  returns: Return[];
  attributes: Fields;
}

/** A customer; orders newest first. */
export interface Customer {
  id: string;
  name?: PersonName | null;
  locale?: string | null;
  country?: string | null;
  timeZone?: string | null;
  email?: string | null;
  phone?: string | null;
  orders: Order[];
  attributes: Fields;
}

/** Whether somebody has bought before: no order yet, one, or more. */
export type Buyer = "prospect" | "first" | "repeat";

/** How likely a customer is to leave. */
export type Risk = "low" | "medium" | "high";

/** What can be unsettled. */
export type ProblemKind = "unpaid-order" | "late-parcel" | "failed-delivery" | "open-return" | "declined-return" | "open-refund" | "declined-refund";

/** Something that is not settled. */
export interface OpenProblem {
  kind: ProblemKind;
  orderId: string;
  since?: Timestamp | null;
}

/** A customer at a glance. Orders count once they are paid and unless they are called off; `spend` has one amount a
 * currency, less what was paid back; `returns-rate` is a share of what arrived; the last contact is the one before
 * the message at hand; `risk-score` is from 0 to 1. */
export interface Profile {
  orders: number;
  spend: Money[];
  returnsRate?: number | null;
  buyer: Buyer;
  lastOrderAt?: Timestamp | null;
  lastContactAt?: Timestamp | null;
  lastContactChannel?: string | null;
  openProblems: OpenProblem[];
  preferredChannel?: string | null;
  preferredLanguage?: string | null;
  risk: Risk;
  riskScore: number;
}

/** A promotion, stock notice or policy that the merchant pushed and that is valid now. */
export interface LiveItem {
  key: string;
  fields: Fields;
  validFrom?: Timestamp | null;
  validUntil?: Timestamp | null;
}

/** One customer message with all that is known at that moment. */
export interface Turn {
  id: string;
  now: Timestamp;
  channel: string;
  conversationId: string;
  message: Message;
  history: Message[];
  signals: Signals;
  customer: Customer;
  profile: Profile;
  live: LiveItem[];
  locale: string;
  agentLocale?: string | null;
}

/** What a part of a reply is for. */
export type StepKind = "greeting" | "empathy" | "apology" | "fact" | "solution" | "question" | "closing";

/** One part of a suggestion: a message key with arguments, or raw text. */
export interface Step {
  kind: StepKind;
  message?: string | null;
  arguments?: Fields;
  text?: string | null;
}

/** Something that the agent can set off, e.g. `create_return`. */
export interface Action {
  type: string;
  args?: Fields;
}

/** A suggestion before the host puts it into words. */
export interface Draft {
  scenario?: string | null;
  title?: string | null;
  message?: string | null;
  arguments?: Fields;
  text?: string | null;
  steps?: Step[];
  actions?: Action[];
  reason?: string;
  confidence?: number | null;
}

/** The form of address. */
export type Register = "informal" | "formal";

/** Which way a script runs. */
export type Direction = "ltr" | "rtl";

/** How the answer will be worded. */
export interface Culture {
  locale: string;
  register: Register;
  direction: Direction;
  person?: string | null;
  maxLength?: number | null;
}

/** One thing that happened in the shop. */
export interface Event {
  id: string;
  type: string;
  at: Timestamp;
  customerId?: string | null;
  fields: Fields;
}

/** What a contact is for, and so which consent it needs. */
export type Purpose = "service" | "marketing";

/** A contact that a trigger proposes. The same occurrence is proposed once. */
export interface Outreach {
  occurrence: string;
  purpose: Purpose;
  scenario?: string | null;
  message?: string | null;
  arguments?: Fields;
  text?: string | null;
  channel?: string | null;
  /** The channel's own template that says this, where free words are not allowed: its name there. */
  template?: string | null;
  reason?: string;
  /** When that happened which is the reason; the event's moment, if absent. An order since then ends it. */
  reasonAt?: Timestamp | null;
  /** After this moment it is of no use. */
  validUntil?: Timestamp | null;
}

/** An event that the host raises later, unless it is cancelled. */
export interface Timer {
  key: string;
  at: Timestamp;
  event: string;
  fields?: Fields;
}

/** What a trigger wants done. */
export type Decision =
  | { outreach: Outreach; timer?: undefined; cancel?: undefined }
  | { timer: Timer; outreach?: undefined; cancel?: undefined }
  | { cancel: string; outreach?: undefined; timer?: undefined };

/** How much a log line matters. */
export type LogLevel = "debug" | "info" | "warn" | "error";
