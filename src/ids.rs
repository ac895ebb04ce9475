//! Identifiers, and who is acting.

id! {
    /// A staff member.
    StaffId
}
id! {
    /// A login of a staff member on one device.
    SessionId
}
id! {
    /// A branch.
    BranchId
}
id! {
    /// A customer.
    CustomerId
}
id! {
    /// A sign-in of a customer on one device.
    CustomerSessionId
}
id! {
    /// An order; people use its code instead.
    OrderId
}
id! {
    /// A quote.
    QuoteId
}
id! {
    /// A parcel.
    ParcelId
}
id! {
    /// A shipment; people use its code instead.
    ShipmentId
}
id! {
    /// A bag of parcels; people use its code instead.
    BagId
}
id! {
    /// A ledger journal.
    JournalId
}
id! {
    /// A payment.
    PaymentId
}
id! {
    /// A cash shift.
    ShiftId
}
id! {
    /// A photo.
    PhotoId
}
id! {
    /// Somebody's word that they paid by transfer.
    ClaimId
}
id! {
    /// A statement of the bank account.
    StatementId
}
id! {
    /// A warehouse's list of received parcels.
    ManifestId
}
id! {
    /// A notification.
    NotificationId
}
id! {
    /// An attempt to send a notification.
    AttemptId
}
id! {
    /// An invoice at a payment provider.
    AcquirerInvoiceId
}
id! {
    /// A callback of a payment provider.
    CallbackId
}
id! {
    /// An entry of a timeline, of the audit trail, of a list that only grows.
    EntryId
}

words! {
    /// What a staff member may do.
    Role {
        /// Everything.
        Admin = "admin",
        /// Orders, quotes, customers.
        Operator = "operator",
        /// Payments, refunds, hand-over.
        Cashier = "cashier",
        /// Receive, pack, ship, scan.
        Warehouse = "warehouse",
        /// Reads everything, changes nothing.
        Auditor = "auditor",
    }
}

/// Who does an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody without a login: a visitor or a customer with a code.
    Anyone,
    /// The service itself: a schedule, a command on the server.
    System,
    /// A staff member who is logged in.
    Staff {
        /// Who.
        id: StaffId,
        /// The login, as the audit trail and events show it.
        login: String,
        /// The role at this moment, from the database.
        role: Role,
        /// The branch they work at.
        branch: Option<BranchId>,
        /// The login session they act in.
        session: SessionId,
    },
    /// A customer who proved that the phone is theirs.
    Customer {
        /// Who.
        id: CustomerId,
        /// Their client code, as the audit trail and events show it.
        client_code: String,
        /// The sign-in they act in.
        session: CustomerSessionId,
    },
}

impl Actor {
    /// How events, journals and the audit trail name the actor.
    pub fn name(&self) -> &str {
        match self {
            Actor::Anyone => "customer",
            Actor::System => "system",
            Actor::Staff { login, .. } => login,
            Actor::Customer { client_code, .. } => client_code,
        }
    }

    /// Whose idempotency keys are whose: a login may be given to somebody else one day, an identifier not.
    pub fn scope(&self) -> String {
        match self {
            Actor::Anyone | Actor::System => self.name().to_owned(),
            Actor::Staff { id, .. } => format!("staff:{id}"),
            Actor::Customer { id, .. } => format!("customer:{id}"),
        }
    }

    /// The role, when the actor is staff.
    pub fn role(&self) -> Option<Role> {
        match self {
            Actor::Staff { role, .. } => Some(*role),
            Actor::Anyone | Actor::System | Actor::Customer { .. } => None,
        }
    }

    /// The customer, when one is signed in.
    pub fn customer(&self) -> Option<&CustomerId> {
        match self {
            Actor::Customer { id, .. } => Some(id),
            Actor::Anyone | Actor::System | Actor::Staff { .. } => None,
        }
    }

    /// What the audit trail calls their part: a role, or `customer`; nothing of visitors and of the service itself.
    pub fn part(&self) -> &'static str {
        match self {
            Actor::Staff { role, .. } => role.as_str(),
            Actor::Customer { .. } => "customer",
            Actor::Anyone | Actor::System => "",
        }
    }

    /// Whether a staff member of any role acts.
    pub fn is_staff(&self) -> bool {
        self.role().is_some()
    }

    /// Whether an admin acts: the only role that overrides rules, with a reason.
    pub fn is_admin(&self) -> bool {
        self.role() == Some(Role::Admin)
    }
}
