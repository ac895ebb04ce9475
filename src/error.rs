//! Everything that can go wrong, as one table: the word, the status, what it means and what to do.

use std::fmt;

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use serde_json::{Map, Value};

/// The result of an operation.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an operation did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller can do something about it.
    #[error("{0}")]
    Problem(Box<Problem>),
    /// The database refused or went away.
    #[error("database: {0}")]
    Database(#[from] DieselError),
    /// No connection, or no time, to do it now.
    #[error("the service is busy or its database is away")]
    Unavailable,
    /// Something that only the operator of the machine can mend, said at start or in the log.
    #[error("{0}")]
    Startup(String),
}

impl Error {
    /// Whether the same transaction may end otherwise when repeated: PostgreSQL's serialization failure and deadlock,
    /// and a unique value that somebody else wrote a moment earlier, which the second try sees and decides upon.
    pub fn is_worth_another_try(&self) -> bool {
        match self {
            Error::Database(DieselError::DatabaseError(
                DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::UniqueViolation,
                _,
            )) => true,
            Error::Database(DieselError::DatabaseError(_, info)) => info.message().contains("deadlock detected"),
            _ => false,
        }
    }

    /// An operation panicked: a bug, which costs one request.
    pub fn panicked() -> Self {
        tracing::error!("an operation panicked; its transaction is gone");
        Error::Startup("an operation panicked".to_owned())
    }

    /// Somebody else changed a row between our reading and our writing it; the second try reads it anew.
    pub fn lost_race() -> Self {
        let info = Box::new("a row was changed by somebody else meanwhile".to_owned());
        Error::Database(DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, info))
    }

    /// The problem that an HTTP caller is shown. Internal texts stay in the log.
    pub fn to_problem(&self) -> Problem {
        match self {
            Error::Problem(problem) => (**problem).clone(),
            Error::Unavailable => unavailable(),
            Error::Database(DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::SerializationFailure,
                _,
            )) => unavailable(),
            Error::Database(DieselError::DatabaseError(_, info)) if is_passing(info.message()) => unavailable(),
            Error::Database(DieselError::DatabaseError(_, info)) if is_full(info.message()) => Problem::new(
                Slug::Unavailable,
                "There is no room left on the database's disk; nothing was changed. Whoever runs the service has to make some.",
            ),
            Error::Database(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
                Problem::new(Slug::DuplicateValue, "Somebody else did the same a moment earlier; look at it again.")
            }
            Error::Database(_) | Error::Startup(_) => Problem::new(
                Slug::Internal,
                "Something broke on our side; nothing was changed. Give the request_id to whoever runs the service.",
            ),
        }
    }
}

fn unavailable() -> Problem {
    Problem::new(Slug::Unavailable, "The service is busy or its database is away. Try again in a few seconds.")
}

fn is_passing(message: &str) -> bool {
    ["deadlock detected", "lock timeout", "statement timeout", "database is locked", "terminating connection"]
        .iter()
        .any(|passing| message.contains(passing))
}

/// The words of SQLite, and those of PostgreSQL for what its system told it.
fn is_full(message: &str) -> bool {
    message.contains("database or disk is full") || message.contains("No space left on device")
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Error::Problem(Box::new(problem))
    }
}

/// One refusal, ready to be shown: RFC 9457.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Which row of the table.
    pub slug: Slug,
    /// What happened here and what to do, for a person.
    pub detail: String,
    /// Bad fields: JSON pointer and what is wrong there.
    pub fields: Vec<(String, String)>,
    /// Further members of the answer, such as `current` and `legal` of a wrong status.
    pub extra: Map<String, Value>,
}

impl Problem {
    /// A problem with its explanation.
    pub fn new(slug: Slug, detail: impl Into<String>) -> Self {
        Self { slug, detail: detail.into(), fields: Vec::new(), extra: Map::new() }
    }

    /// A field whose value cannot be accepted.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let (pointer, detail) = (pointer.into(), detail.into());
        let mut problem = Self::new(Slug::ValidationFailed, format!("{pointer}: {detail}"));
        problem.fields.push((pointer, detail));
        problem
    }

    /// Something that is not there.
    pub fn not_found(what: impl fmt::Display) -> Self {
        Self::new(Slug::NotFound, format!("There is no {what}."))
    }

    /// Adds a member to the answer.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(key.to_owned(), value.into());
        self
    }

    /// Shorthand for returning it.
    ///
    /// # Errors
    /// Always itself.
    pub fn fail<T>(self) -> Result<T> {
        Err(self.into())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.slug.as_str(), self.detail)
    }
}

macro_rules! problems {
    ($($(#[$meta:meta])* $variant:ident = $slug:literal, $status:literal, $title:literal, $guide:literal;)+) => {
        /// The word of a problem: `code` in the answer, and its page at `/problems/<slug>`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Slug { $(#[doc = $title] $variant,)+ }

        impl Slug {
            /// Every problem there is.
            pub const ALL: &'static [Slug] = &[$(Slug::$variant),+];

            /// The word.
            pub fn as_str(self) -> &'static str { match self { $(Slug::$variant => $slug,)+ } }

            /// The HTTP status.
            pub fn status(self) -> u16 { match self { $(Slug::$variant => $status,)+ } }

            /// The title, the same for every occurrence.
            pub fn title(self) -> &'static str { match self { $(Slug::$variant => $title,)+ } }

            /// What to do about it, for the page.
            pub fn guide(self) -> &'static str { match self { $(Slug::$variant => $guide,)+ } }
        }
    };
}

problems! {
    MalformedRequest = "malformed_request", 400, "The request cannot be read",
        "The body is not valid JSON, or a part of the address or a header cannot be read. The detail names the place.";
    MistypedCode = "mistyped_code", 400, "Check the code",
        "An order code ends in a check symbol, and this one does not fit: a symbol was mistyped or two were swapped. Compare it with the message or the label. Case, spaces, dashes, O for 0, I or L for 1 and Cyrillic look-alikes are all forgiven.";
    IdempotencyKeyMissing = "idempotency_key_missing", 400, "An Idempotency-Key is required here",
        "Money or goods change hands in this call. Send a header `Idempotency-Key` with a fresh random value (a UUID) for each intention, and the same value when you repeat it.";
    Unauthenticated = "unauthenticated", 401, "Log in first",
        "Send `Authorization: Bearer <access_token>` with a token from POST /v1/auth/login. A token lasts a quarter of an hour; POST /v1/auth/refresh gives the next one.";
    TotpRequired = "totp_required", 401, "Send the code of the second factor too",
        "The password is right, and this account has a second factor: send the six digits that its app shows now as `totp_code`. Each code works once.";
    TotpSetupRequired = "totp_setup_required", 403, "This role needs a second factor",
        "The firm asks your role for a second factor, and your account has none yet. Set it up with POST /v1/me/totp and POST /v1/me/totp/confirm; everything else is open from then on.";
    Forbidden = "forbidden", 403, "Your role may not do this",
        "The account is in order but its role does not include this call. An admin can do it or change the role.";
    NotFound = "not_found", 404, "There is no such thing",
        "Nothing is known under this address, code or identifier.";
    MethodNotAllowed = "method_not_allowed", 405, "This address does not take that method",
        "The `Allow` header lists the methods of this address; /docs describes them.";
    RequestTimeout = "request_timeout", 408, "The request came too slowly",
        "A request has a while to come in, and a file must come in at a few kilobytes a second. Send it again, over a better connection.";
    WrongStatus = "wrong_status", 409, "Not in this status",
        "The order, parcel or shipment is not at the step that this call continues from. `current` names its status, `legal` what can follow.";
    BalanceDue = "balance_due", 409, "There is still money to pay",
        "The parcels are handed over when the balance is zero. Record the payment first; an admin may override with a reason.";
    AlreadyPickedUp = "already_picked_up", 409, "Already handed over",
        "The order was handed over before; `picked_up_at` says when. If the customer says otherwise, look at the order's timeline and the audit trail.";
    NotArrived = "not_arrived", 409, "Not here yet",
        "Not every parcel of the order has arrived at the pickup point. The order's parcel list shows where they are.";
    ProofRequired = "proof_required", 409, "Who comes for the parcels must prove it",
        "Beside the order code, ask for what `required` names: `phone_last4`, the last four digits of the phone the order was placed with, or `pin`, the number in the message of arrival. An admin may do without, with `override_reason`.";
    WrongProof = "wrong_proof", 409, "This does not fit the order",
        "The end of the phone number or the PIN is not the one of this order. Let the customer read it from the message; `tries_left` says how often it may be tried.";
    ProofBlocked = "proof_blocked", 409, "Tried too often",
        "The end of the phone number or the PIN of this order was wrong too often; no further one is looked at. See who is standing there: an admin hands over with `override_reason`.";
    QuoteExpired = "quote_expired", 409, "The quote has expired",
        "Prices and rates have a date. Without another open offer the order is back at `requested`: make a new quote.";
    RateStale = "rate_stale", 409, "The exchange rate is too old",
        "No rate young enough is known for a currency of this quote. Run `torugart rates fetch`, or set the firm's own rate with PUT /v1/rates.";
    OwnerMismatch = "owner_mismatch", 409, "The parcel belongs to somebody else",
        "The tracking number is registered for another client than the mark on the box says. Both are shown: look at the box, then send only the one that is right, or `override` with a reason to go by the number.";
    Intercepted = "intercepted", 409, "Look at this box before it goes on",
        "Something about the box is not as expected: `interceptions` says what, with what was expected and what was found. Nothing was changed. Put the box aside, or send the same with `override` and a reason, which is kept.";
    DuplicateValue = "duplicate_value", 409, "Already in use",
        "Something with this login, code or number exists already.";
    RefundTooLarge = "refund_too_large", 409, "More than was paid",
        "A payment can be given back once: the sum of its refunds cannot exceed it. `refundable` says what is left.";
    ShiftOpen = "shift_open", 409, "A cash shift is open already",
        "A cashier and a till have one open shift at a time; `shift` is its identifier. Close it with POST /v1/cash-shifts/{id}/close.";
    ShiftClosed = "shift_closed", 409, "The cash shift is closed",
        "A closed shift is never changed; nothing was. Open another with POST /v1/cash-shifts.";
    NotEnoughCash = "not_enough_cash", 409, "There is not so much in the drawer",
        "By its count and everything since, the drawer holds less; `held` says how much. Put cash in with POST /v1/cash-shifts/{id}/movements, or pay by bank.";
    MoreThanCharged = "more_than_charged", 409, "More than was charged",
        "What is let off or taken back cannot exceed what is charged for the order; `charged` says how much that is. To give money back, use a refund.";
    CreditTooSmall = "credit_too_small", 409, "There is not so much credit",
        "An order's credit is what was paid too much for it; a customer's is what was kept for them. `credit` says how much there is.";
    NothingDue = "nothing_due", 409, "There is nothing to pay",
        "The balance of the order is zero or a credit, so there is nothing to make a payment code for. It may become due later, when freight is charged on arrival.";
    ElqrNotConfigured = "elqr_not_configured", 409, "Payment codes are not set up",
        "An ELQR code needs values that only the acquiring bank issues. Whoever runs the service sets the `elqr.*` settings that the detail names and restarts it.";
    ClaimFlagged = "claim_flagged", 409, "Look at this claim again",
        "Something about the claim is suspicious: `flags` says what, and names the other claim where there is one. Compare the receipts and the bank's statement. To approve it all the same, send `override_reason`.";
    TooManyClaims = "too_many_claims", 409, "Enough claims are waiting",
        "An order can have five transfer claims that wait. They are looked at in order; send the next one when these are decided.";
    AcquirerNotConfigured = "acquirer_not_configured", 409, "This payment provider is not set up",
        "An invoice at a payment provider needs a contract with it and what it issued. Whoever runs the service sets `acquirers.<provider>.*` and restarts it.";
    TelegramNotConfigured = "telegram_not_configured", 409, "There is no bot",
        "Messages in Telegram need a bot of the firm. Whoever runs the service makes one with BotFather, sets `telegram.*` and restarts it.";
    AcquirerSilent = "acquirer_silent", 409, "This payment provider cannot be asked",
        "It has no call that tells what became of a payment; its own message will.";
    AlreadyArrived = "already_arrived", 409, "This truck has arrived already",
        "The whole load was unloaded before; nothing was changed. To record parcels that turned up later, send their `barcodes`.";
    NotOnShipment = "not_on_shipment", 409, "Not on this truck",
        "None of the scanned parcels was loaded on this shipment; nothing was changed. Check the shipment's code, or look the parcels up in GET /v1/parcels.";
    AlreadyConfirmed = "already_confirmed", 409, "This line is a payment already",
        "The line of the statement was confirmed before; `order_code` says for which order. If that was the wrong order, refund the payment there and record it where it belongs.";
    AlreadyRecorded = "already_recorded", 409, "This transfer may be recorded already",
        "The order has a payment of this very sum from about that day, which came from no statement: `payment_id` names it. An approved transfer claim is such a payment. Set the line aside if it is the same money; if it is not, confirm it with `override_reason`.";
    NothingToConfirm = "nothing_to_confirm", 409, "This line cannot become a payment",
        "The line has no sum in som, or no day; its `reason` says why. If it is a payment nevertheless, record it by hand at its order.";
    StillOpen = "still_open", 409, "Something is still open",
        "A customer's data can be deleted when every order is picked up or cancelled and nobody owes anybody money. `open_orders`, `balance` and `credit` say what is left; then ask again.";
    RequestInFlight = "request_in_flight", 409, "The same request is being processed",
        "A request with this Idempotency-Key has not been answered yet. Wait the seconds of `Retry-After` and repeat it with the same key.";
    BodyTooLarge = "body_too_large", 413, "The body is too large",
        "JSON is limited to 256 KiB, and to 4 MiB where a truck is scanned: send longer lists in several calls. A file may be larger; the detail says how large.";
    UnsupportedMediaType = "unsupported_media_type", 415, "Send another type of body",
        "The body must be JSON with the header `Content-Type: application/json`, or, where a call takes a file, that file with a Content-Type that the detail lists.";
    PhotoRefused = "photo_refused", 422, "This photo cannot be used",
        "Send the picture file itself as the body: a JPEG, PNG or WebP, whole, of at most 8 MiB and 25 megapixels. A screenshot of the banking app fits.";
    UnreadableFile = "unreadable_file", 422, "The file cannot be read",
        "The file is not what this call takes, is damaged, or is larger inside than it may be. The detail says which; nothing of it was kept.";
    RowsWithErrors = "rows_with_errors", 422, "Some rows cannot be imported",
        "Nothing was imported. Correct the rows that the preview and the report name and send the file again, or commit with `skip_errors` to import all the others. `errors_count` says how many there are.";
    ValidationFailed = "validation_failed", 422, "A field cannot be accepted",
        "`errors` names each bad field by its JSON pointer and says what is expected there. Unknown fields are refused, because a misspelt one would silently do nothing.";
    IdempotencyKeyReused = "idempotency_key_reused", 422, "This key belongs to another request",
        "The Idempotency-Key was used before with another address or body. Use a fresh key for a new intention.";
    RateLimited = "rate_limited", 429, "Too many tries",
        "Wait the seconds of `Retry-After`, then try again.";
    Internal = "internal", 500, "Something broke on our side",
        "Nothing was changed. Give the `request_id` to whoever runs the service; the log has the reason.";
    AcquirerFailed = "acquirer_failed", 502, "The payment provider did not do it",
        "It could not be reached, or said no; the detail repeats its words. Nothing was booked. Try again with a fresh Idempotency-Key, or take the money another way.";
    Unavailable = "unavailable", 503, "Not available at the moment",
        "The service or its database is away or too busy. Repeat after the seconds of `Retry-After`, with the same Idempotency-Key.";
}
