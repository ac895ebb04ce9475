//! All calls on one screen, and the server made of them.

pub mod access;
pub mod openapi;
pub mod route;

use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App as ActixApp, HttpResponse, HttpServer, web};
use utoipa_swagger_ui::{Config as DocsConfig, SwaggerUi};

use crate::acquirers::http as acquirers;
use crate::acts::http as acts;
use crate::audit::http as audit;
use crate::bags::http as bags;
use crate::branches::http as branches;
use crate::broker::http as broker;
use crate::cells::http as cells;
use crate::claims::http as claims;
use crate::customs::http as customs;
use crate::desk::{
    self, choices, http as orders, intake, labels, offers, photos as pictures, pickup, preview, shifts, telegram,
    unsubscribe,
};
use crate::error::{Error, Problem, Result, Slug};
use crate::exports::http::{self as exports, FormQuery};
use crate::http::body::BodyPace;
use crate::http::document::{self, DocumentQuery};
use crate::http::form::MEDIA_TYPES as FORM_TYPES;
use crate::http::limits::Limit;
use crate::http::{LangQuery, Nothing, Paging, request};
use crate::ids::{Actor, Role};
use crate::manifests::{http as manifests, profile::Correction};
use crate::my::{http as my, order_http as my_order, pages_http as my_pages, request_http as request_form};
use crate::notifications::{http as notifications, telegram_http as bot, texts_http as texts};
use crate::parcels::{http as parcels, queue_http as unclaimed};
use crate::payments::{adjust_http as adjust, elqr, http as payments};
use crate::photos::http as photos;
use crate::quotes::estimate;
use crate::rates::http as rates;
use crate::receipts::http as receipts;
use crate::shipments::{http as shipments, plan_http as plans, scan_http as scans};
use crate::sign_in::http as sign_in;
use crate::staff::{http as staff, own_http as own};
use crate::state::App;
use crate::statements::http as statements;
use crate::storage::http as storage;
use crate::tariffs::http as tariffs;
use crate::tracking::{LookUps, details_http as details, http as tracking, price, view::TrackView};
use access::Who::{self, AnyStaff, Anyone};
use route::{Route, get, patch, post, put, register};

const CUSTOMER: Who = Who::Customer;
const ADMIN: Who = Who::Only(&[]);
const AUDITOR: Who = Who::Only(&[Role::Auditor]);
const OPERATOR: Who = Who::Only(&[Role::Operator]);
const CASHIER: Who = Who::Only(&[Role::Cashier]);
const WAREHOUSE: Who = Who::Only(&[Role::Warehouse]);
const CASH_DESK: Who = Who::Only(&[Role::Cashier, Role::Auditor]);
const NOT_AUDITOR: Who = Who::Only(&[Role::Operator, Role::Cashier, Role::Warehouse]);
const MONEY_DESK: Who = Who::Only(&[Role::Operator, Role::Cashier]);
const ORDER_DESK: Who = Who::Only(&[Role::Operator, Role::Warehouse]);

/// Every call of the service: its address, its handler, who may make it, and what it is for.
#[rustfmt::skip]
pub fn routes() -> Vec<Route> {
    vec![
        get("/healthz", healthz, Anyone, "Is the process alive"),
        get("/readyz", readyz, Anyone, "Can it serve: database and migrations"),
        get("/metrics", metrics, Anyone, "Figures for Prometheus"),
        get("/openapi.json", openapi_document, Anyone, "This document"),

        // An address is held against these one by one; this one is asked for most.
        get("/v1/track/{code}", tracking::track, Anyone, "An order's way, without personal data").query::<LangQuery>().gives::<TrackView>(200).limited(Limit::LookUp),

        get("/", tracking::home, Anyone, "Page: type a code").query::<LangQuery>(),
        get("/t", tracking::find, Anyone, "Page: where the form goes").query::<LangQuery>().query::<tracking::CodeQuery>().limited(Limit::LookUp),
        get("/t/{code}", tracking::order_page, Anyone, "Page: an order's way").query::<LangQuery>().limited(Limit::LookUp),
        get("/unsubscribe/{message_id}", unsubscribe::ask, Anyone, "Page: no more mail?").limited(Limit::LookUp),
        post("/unsubscribe/{message_id}", unsubscribe::leave, Anyone, "No more mail, by one click").ignore_key().takes_file(unsubscribe::CLICK_TYPES).limited(Limit::LookUp),
        get("/request", request_form::form, Anyone, "Page: ask for something").query::<LangQuery>(),
        post("/request", request_form::send, Anyone, "Page: where that form goes").ignore_key().query::<LangQuery>().takes_file(FORM_TYPES),
        get("/request/{code}", request_form::done, Anyone, "Page: the order code, to keep").query::<LangQuery>().limited(Limit::LookUp),
        get("/my/sign-in", my_pages::sign_in_form, Anyone, "Page: sign in with a phone").query::<LangQuery>().query::<my_pages::SaidQuery>(),
        post("/my/sign-in", my_pages::ask, Anyone, "Page: a code is on its way, the same for every phone").ignore_key().query::<LangQuery>().takes_file(FORM_TYPES),
        post("/my/sign-in/code", my_pages::enter, Anyone, "Page: where the code goes").ignore_key().query::<LangQuery>().takes_file(FORM_TYPES).limited(Limit::SignIn),
        get("/my", my_pages::orders, Anyone, "Page: my orders; this and what is below wants a cookie of `/my/sign-in`").query::<LangQuery>().query::<my_pages::SaidQuery>().query::<Paging>(),
        get("/my/orders/{code}", my_order::order, Anyone, "Page: one of my orders").query::<LangQuery>().query::<my_pages::SaidQuery>().limited(Limit::LookUp),
        post("/my/orders/{code}/offer", my_order::answer, Anyone, "Page: take an offer, or turn it down").ignore_key().query::<LangQuery>().takes_file(FORM_TYPES).limited(Limit::LookUp),
        post("/my/orders/{code}/transfer", my_order::transfer, Anyone, "Page: I paid by transfer").ignore_key().query::<LangQuery>().takes_file(FORM_TYPES).limited(Limit::LookUp),
        get("/my/photos/{id}", my_pages::photo, Anyone, "A photo of what is mine").query::<photos::SizeQuery>(),
        get("/my/address", my_pages::address, Anyone, "Page: my client code and where sellers send to").query::<LangQuery>(),
        get("/my/address/{branch}", my_pages::address_picture, Anyone, "The same as a picture"),
        post("/my/numbers", my_pages::numbers, Anyone, "Page: register couriers' numbers").ignore_key().query::<LangQuery>().takes_file(FORM_TYPES),
        get("/my/settings", my_pages::settings, Anyone, "Page: name, language, channels").query::<LangQuery>().query::<my_pages::SaidQuery>(),
        post("/my/settings", my_pages::save, Anyone, "Page: save them").ignore_key().query::<LangQuery>().takes_file(FORM_TYPES),
        post("/my/sign-out", my_pages::sign_out, Anyone, "Page: leave").ignore_key().query::<LangQuery>().takes_file(FORM_TYPES),
        post("/my/erase", my_pages::erase, Anyone, "Page: delete my data").ignore_key().query::<LangQuery>().takes_file(FORM_TYPES),
        get("/problems/{slug}", tracking::problem, Anyone, "Page: what a problem means and what to do"),
        get("/t/{code}/details", details::show, Anyone, "Page: an order's details, after the end of the customer's phone number").query::<LangQuery>().limited(Limit::LookUp),
        post("/t/{code}/details", details::unlock, Anyone, "Page: where the form with the end of the phone number goes").ignore_key().query::<LangQuery>().takes_file(FORM_TYPES).limited(Limit::LookUp),
        post("/t/{code}/confirm", details::confirm, Anyone, "Page: the customer agrees to an offer").ignore_key().query::<LangQuery>().takes_file(FORM_TYPES).limited(Limit::LookUp),
        post("/t/{code}/decline", details::decline, Anyone, "Page: the customer does not want an offer").ignore_key().query::<LangQuery>().takes_file(FORM_TYPES).limited(Limit::LookUp),
        post("/t/{code}/transfer", details::claim, Anyone, "Page: I paid by transfer, perhaps with the photo of the receipt").ignore_key().query::<LangQuery>().takes_file(FORM_TYPES).limited(Limit::LookUp),
        post("/t/{code}/telegram", details::telegram, Anyone, "Page: a link to the firm's bot in Telegram, for who opened the details").ignore_key().query::<LangQuery>().takes_file(FORM_TYPES).limited(Limit::LookUp),
        get("/t/{code}/photos/{id}", details::photo, Anyone, "A photo of an order's goods, for who opened its details").query::<photos::SizeQuery>().limited(Limit::LookUp),
        get("/robots.txt", tracking::robots, Anyone, "What search engines leave alone"),
        get("/price", price::page, Anyone, "Page: what an order would cost").query::<LangQuery>().query::<price::PriceQuery>(),
        get("/assets/torugart.css", tracking::style, Anyone, "The pages' style sheet"),
        get("/assets/torugart.svg", tracking::icon, Anyone, "The pages' icon"),
        get("/assets/torugart.js", tracking::script, Anyone, "What pages can do more where scripts run"),
        get("/assets/torugart.png", tracking::touch_icon, Anyone, "The icon on the home screen of a phone"),
        get("/assets/logo", tracking::logo, Anyone, "The firm's logo"),
        get("/assets/slip.css", document::style, Anyone, "The style sheet of receipts and reports"),
        post("/v1/track/{code}/details", details::tell, Anyone, "An order's details for its customer, with the end of their phone number").ignore_key().query::<LangQuery>().takes::<details::DetailsRequest>().gives::<details::DetailsView>(200).limited(Limit::LookUp),

        post("/v1/auth/login", staff::login, Anyone, "Log in").ignore_key().takes::<staff::LoginRequest>().gives::<staff::TokenAnswer>(200).limited(Limit::SignIn),
        post("/v1/auth/refresh", staff::refresh, Anyone, "Get the next pair of tokens").ignore_key().takes::<staff::RefreshRequest>().gives::<staff::TokenAnswer>(200).limited(Limit::SignIn),
        post("/v1/auth/logout", staff::logout, AnyStaff, "End this login").ignore_key().takes::<Nothing>().gives_nothing(204),
        post("/v1/auth/code", sign_in::ask, Anyone, "Send a customer a one-time code; the answer is the same for every phone").ignore_key().query::<LangQuery>().takes::<sign_in::CodeRequest>().gives::<sign_in::CodeAnswer>(202),
        post("/v1/auth/code/verify", sign_in::verify, Anyone, "Sign a customer in with the code").ignore_key().query::<LangQuery>().takes::<sign_in::VerifyRequest>().gives::<sign_in::SignInAnswer>(200).limited(Limit::SignIn),
        post("/v1/auth/setup", own::set_up, Anyone, "Make the first admin of an empty database with the token that `serve` logged").ignore_key().takes::<own::SetupRequest>().gives::<staff::MemberView>(201).limited(Limit::SignIn),
        post("/v1/me/password", own::change_password, AnyStaff, "Change one's own password; other logins end").ignore_key().takes::<own::PasswordRequest>().gives_nothing(204),
        post("/v1/me/totp", own::begin_totp, AnyStaff, "Begin to set up a second factor for one's own account").ignore_key().takes::<own::OwnPassword>().gives::<own::TotpAnswer>(200),
        post("/v1/me/totp/confirm", own::confirm_totp, AnyStaff, "Turn it on with a code that the app shows; other logins end").ignore_key().takes::<own::TotpCode>().gives_nothing(204),
        post("/v1/me/totp/remove", own::remove_totp, AnyStaff, "Take one's second factor away; other logins end").ignore_key().takes::<own::OwnPassword>().gives_nothing(204),
        get("/v1/me", staff::me, AnyStaff, "Who am I").gives::<staff::MemberView>(200),
        get("/v1/staff", staff::list, ADMIN, "All accounts").lists::<staff::MemberView>(),
        post("/v1/staff", staff::add, ADMIN, "Make an account").takes::<staff::StaffRequest>().gives::<staff::MemberView>(201),
        patch("/v1/staff/{id}", staff::change, ADMIN, "Change role, branch or password; disable; take a lost second factor away").takes::<staff::StaffChange>().gives::<staff::MemberView>(200),

        get("/v1/branches", branches::list, Anyone, "Branches; visitors see the pickup points").lists::<branches::BranchView>(),
        post("/v1/branches", branches::open, ADMIN, "Open a branch").takes::<branches::BranchRequest>().gives::<branches::BranchView>(201),
        patch("/v1/branches/{id}", branches::change, ADMIN, "Change a branch").takes::<branches::BranchChange>().gives::<branches::BranchView>(200),
        get("/v1/rates", rates::list, AnyStaff, "Exchange rates, and which one a quote would use").gives::<rates::RatesView>(200),
        put("/v1/rates", rates::set, ADMIN, "Set the firm's own rates or margins").takes::<rates::RatesRequest>().gives::<rates::RatesView>(200),
        get("/v1/tariffs", tariffs::list, AnyStaff, "Tariffs, the latest first").lists::<tariffs::TariffView>(),
        get("/v1/tariffs/current", tariffs::current, AnyStaff, "The tariff that a quote for a route and a category would take now").query::<tariffs::CurrentQuery>().gives::<tariffs::TariffView>(200),
        put("/v1/tariffs", tariffs::follow, ADMIN, "Put a tariff in force").takes::<tariffs::TariffRequest>().gives::<tariffs::TariffView>(200),
        post("/v1/estimate", estimate::estimate, Anyone, "What an order would cost, by today's rates and tariff").ignore_key().query::<LangQuery>().takes::<estimate::EstimateRequest>().gives::<estimate::EstimateView>(200),

        post("/v1/orders", orders::place, Anyone, "Place a request, get a code").takes::<orders::OrderRequest>().gives::<orders::OrderAnswer>(201),
        get("/v1/orders", orders::list, AnyStaff, "Orders, newest first").query::<orders::OrderFilter>().query::<FormQuery>().lists::<desk::OrderSummary>().also(exports::MEDIA_TYPES),
        get("/v1/orders/{code}", orders::get, AnyStaff, "All of an order").gives::<desk::OrderView>(200),
        post("/v1/orders/{code}/quote", offers::quote, OPERATOR, "Offer a quote").takes::<crate::quotes::http::QuoteRequest>().gives::<desk::OrderView>(200),
        post("/v1/orders/{code}/confirm", offers::confirm, Anyone, "The customer agrees: staff, or the customer with the end of their phone number").takes::<offers::ConfirmRequest>().gives::<orders::OrderAnswer>(200).limited(Limit::LookUp),
        post("/v1/orders/{code}/decline", offers::decline, Anyone, "The customer does not want an offer: staff, or the customer with the end of their phone number").takes::<offers::DeclineRequest>().gives::<orders::OrderAnswer>(200).limited(Limit::LookUp),
        post("/v1/orders/{code}/payments", payments::record, CASHIER, "Record money that came in").require_key().takes::<payments::PaymentRequest>().gives::<payments::PaymentView>(201),
        post("/v1/orders/{code}/refunds", payments::refund, CASHIER, "Give money back").require_key().takes::<payments::RefundRequest>().gives::<payments::PaymentView>(201),
        post("/v1/orders/{code}/corrections", adjust::correct, OPERATOR, "Charge something beside the quote, or let something off").require_key().takes::<adjust::CorrectionRequest>().gives::<adjust::AdjustmentView>(201),
        post("/v1/orders/{code}/journals/{id}/reverse", adjust::reverse, OPERATOR, "Take freight, a correction or a write-off back").require_key().takes::<adjust::ReverseRequest>().gives::<adjust::AdjustmentView>(201),
        post("/v1/orders/{code}/write-offs", adjust::write_off, ADMIN, "Give a debt up").require_key().takes::<adjust::WriteOffRequest>().gives::<adjust::AdjustmentView>(201),
        post("/v1/orders/{code}/credit/keep", adjust::keep, CASHIER, "Keep what was paid too much as the customer's credit").require_key().takes::<adjust::CreditRequest>().gives::<adjust::CreditView>(201),
        post("/v1/orders/{code}/credit/use", adjust::spend, CASHIER, "Pay from the customer's credit").require_key().takes::<adjust::CreditRequest>().gives::<adjust::CreditView>(201),
        post("/v1/orders/{code}/transfer-claims", claims::make, Anyone, "I paid by transfer: staff, or the customer with the end of their phone number").takes::<claims::ClaimRequest>().gives::<claims::ClaimView>(201).limited(Limit::LookUp),
        get("/v1/orders/{code}/transfer-claims", claims::of_order, Anyone, "The order's transfer claims: staff, or the customer with the end of their phone number").query::<claims::ProofQuery>().lists::<claims::ClaimView>().limited(Limit::LookUp),
        put("/v1/orders/{code}/transfer-claims/{id}/photo", claims::put_photo, Anyone, "The photo of the receipt, while the claim waits").query::<claims::ProofQuery>().takes_file(photos::MEDIA_TYPES).gives::<claims::ClaimView>(200).limited(Limit::LookUp),
        get("/v1/transfer-claims", claims::list, AnyStaff, "Transfer claims to decide, oldest first").query::<claims::ClaimFilter>().lists::<claims::ClaimView>(),
        post("/v1/transfer-claims/{id}/approve", claims::approve, CASHIER, "The money is there: record the payment").require_key().takes::<claims::ApproveRequest>().gives::<claims::ClaimView>(200),
        post("/v1/transfer-claims/{id}/reject", claims::reject, CASHIER, "The money is not there: tell the customer why").takes::<claims::RejectRequest>().gives::<claims::ClaimView>(200),
        post("/v1/orders/{code}/telegram", telegram::link, Anyone, "A link by which the customer gets their messages in Telegram: staff, or the customer with the end of their phone number").ignore_key().takes::<telegram::TelegramRequest>().gives::<telegram::TelegramLink>(201).limited(Limit::LookUp),
        get("/v1/photos/{id}", photos::show, AnyStaff, "A photo, always a JPEG").query::<photos::SizeQuery>(),
        get("/v1/orders/{code}/ledger", payments::ledger, AnyStaff, "Journals, postings, balance").gives::<payments::LedgerView>(200),
        get("/v1/receipts/{receipt_no}", receipts::get, AnyStaff, "A receipt: JSON, or as `format` or `Accept` say a page, SVG, PNG or PDF for a thermal printer or a phone").query::<DocumentQuery>().gives::<receipts::ReceiptView>(200),
        get("/v1/orders/{code}/elqr", elqr::bill, AnyStaff, "The balance as a national QR code: JSON, or its picture with `Accept: image/svg+xml` or `image/png`").gives::<elqr::ElqrView>(200),
        post("/v1/orders/{code}/acquiring", acquirers::create, MONEY_DESK, "Let the customer pay at a payment provider").takes::<acquirers::AcquiringRequest>().gives::<acquirers::InvoiceView>(201),
        get("/v1/orders/{code}/acquiring", acquirers::list, AnyStaff, "The order's invoices at payment providers, newest first").lists::<acquirers::InvoiceView>(),
        post("/v1/acquiring/{id}/check", acquirers::check, CASHIER, "Ask the provider now whether an invoice is paid").takes::<Nothing>().gives::<acquirers::InvoiceView>(200),
        post("/v1/acquirers/{provider}/callback", acquirers::callback, Anyone, "A payment provider's message, in its own form").ignore_key().takes_file(acquirers::MESSAGE_TYPES).gives_nothing(200).limited(Limit::Callback),
        post("/v1/acquirers/mkassa/callback/{secret}", acquirers::secret_callback, Anyone, "MKassa's message, which carries no signature").ignore_key().takes_file(acquirers::MESSAGE_TYPES).gives_nothing(200).limited(Limit::Callback),
        post("/v1/orders/{code}/purchase", orders::purchase_made, OPERATOR, "We bought it").takes::<orders::PurchaseRequest>().gives::<desk::OrderView>(200),
        post("/v1/orders/{code}/parcels", orders::add_parcels, ORDER_DESK, "Register more tracking numbers").takes::<orders::ParcelsRequest>().gives::<desk::OrderView>(200),
        get("/v1/orders/{code}/photos", pictures::list_of_order, AnyStaff, "The photos of what an order asks for, oldest first").lists::<photos::PhotoView>(),
        post("/v1/orders/{code}/photos", pictures::of_order, NOT_AUDITOR, "A photo of what an order asks for").query::<pictures::KindQuery>().takes_file(photos::MEDIA_TYPES).gives::<photos::PhotoView>(201),
        post("/v1/orders/{code}/pickup-point", orders::move_pickup_point, MONEY_DESK, "Send the customer to another pickup point").takes::<orders::PickupPointRequest>().gives::<desk::OrderView>(200),
        post("/v1/orders/{code}/cancel", orders::cancel, OPERATOR, "End an order; from `purchased` on only an admin").takes::<orders::CancelRequest>().gives::<desk::OrderView>(200),
        post("/v1/orders/{code}/hand-over", pickup::hand_over, CASHIER, "Hand parcels over").require_key().takes::<pickup::HandOverRequest>().gives::<desk::OrderView>(200),
        post("/v1/orders/{code}/release", pickup::release, OPERATOR, "Give the part that is here to the customer; the rest follows").takes::<pickup::ReleaseRequest>().gives::<desk::OrderView>(200),
        get("/v1/orders/{code}/hand-over-act", acts::get, AnyStaff, "What was handed over, to be signed: JSON, or as `format` or `Accept` say a page, SVG, PNG or PDF").query::<DocumentQuery>().gives::<acts::ActView>(200),

        get("/v1/my", my::me, CUSTOMER, "Who is signed in").gives::<my::Me>(200),
        patch("/v1/my", my::introduce, CUSTOMER, "Say a name or an e-mail address").takes::<my::MeRequest>().gives::<my::Me>(200),
        get("/v1/my/orders", my::list, CUSTOMER, "My orders, newest first").query::<LangQuery>().query::<Paging>().lists::<my::MyOrders>(),
        get("/v1/my/orders/{code}", my::order, CUSTOMER, "All of one of my orders").query::<LangQuery>().gives::<my::MyOrder>(200),
        post("/v1/my/orders/{code}/confirm", offers::confirm, CUSTOMER, "Agree to an offer").takes::<offers::ConfirmRequest>().gives::<orders::OrderAnswer>(200),
        post("/v1/my/orders/{code}/decline", offers::decline, CUSTOMER, "Turn an offer down").takes::<offers::DeclineRequest>().gives::<orders::OrderAnswer>(200),
        post("/v1/my/orders/{code}/transfer-claims", claims::make, CUSTOMER, "I paid by transfer").takes::<claims::ClaimRequest>().gives::<claims::ClaimView>(201),
        get("/v1/my/orders/{code}/transfer-claims", claims::of_order, CUSTOMER, "What I told of transfers for an order").query::<claims::ProofQuery>().lists::<claims::ClaimView>(),
        put("/v1/my/orders/{code}/transfer-claims/{id}/photo", claims::put_photo, CUSTOMER, "The photo of my receipt, while the claim waits").query::<claims::ProofQuery>().takes_file(photos::MEDIA_TYPES).gives::<claims::ClaimView>(200),
        get("/v1/my/photos/{id}", my::photo, CUSTOMER, "A photo of what is mine, always a JPEG").query::<photos::SizeQuery>(),
        get("/v1/my/address", my::address, CUSTOMER, "My client code, and the China warehouses' addresses with it").gives::<my::MyAddress>(200),
        post("/v1/my/parcels", my::register, CUSTOMER, "Register couriers' numbers of what I bought myself").takes::<my::NumbersRequest>().gives::<my::MyNumbers>(200),
        get("/v1/my/messages", my::messages, CUSTOMER, "In which language and over which channels I am told").gives::<choices::ChoiceBody>(200),
        put("/v1/my/messages", my::choose, CUSTOMER, "Choose that").takes::<choices::ChoiceBody>().gives::<choices::ChoiceBody>(200),
        post("/v1/my/sign-out", sign_in::sign_out, CUSTOMER, "End this sign-in, or all of mine").ignore_key().takes::<sign_in::SignOutRequest>().gives_nothing(204),
        post("/v1/my/erase", my::erase, CUSTOMER, "Delete my data: what the law and the ledger do not keep").ignore_key().takes::<my::EraseRequest>().gives_nothing(204),

        get("/v1/texts", texts::list, AnyStaff, "What messages say: the firm's own texts in place of the built-in ones").lists::<texts::TextView>(),
        put("/v1/texts", texts::set, ADMIN, "Put an own text in place; without `text` the built-in one speaks again").takes::<texts::TextRequest>().gives::<texts::TextView>(200),
        get("/v1/customers/{client_code}/messages", choices::get, AnyStaff, "In which language and over which channels a customer is told").gives::<choices::ChoiceBody>(200),
        put("/v1/customers/{client_code}/messages", choices::set, MONEY_DESK, "Write down what a customer chose, or that they want to be left alone").takes::<choices::ChoiceBody>().gives::<choices::ChoiceBody>(200),
        get("/v1/customers/{client_code}/channels", choices::channels, AnyStaff, "Where a customer is reached: phone, address, chat; and why nothing is sent to one").lists::<choices::WayView>(),
        get("/v1/customers/{client_code}", adjust::customer, AnyStaff, "One customer and their credit").gives::<adjust::CustomerAccountView>(200),
        post("/v1/customers/{client_code}/credit/pay-out", adjust::pay_out, ADMIN, "Give credit back: money leaves without an order, so an admin does it").require_key().takes::<adjust::PayOutRequest>().gives::<adjust::CustomerAccountView>(201),

        get("/v1/cash-shifts", shifts::list, AnyStaff, "Cash shifts, newest first").query::<shifts::ShiftFilter>().query::<FormQuery>().query::<LangQuery>().lists::<shifts::ShiftView>().also(exports::MEDIA_TYPES),
        post("/v1/cash-shifts", shifts::open, CASHIER, "Open a drawer with counted cash").takes::<shifts::OpenRequest>().gives::<shifts::ShiftView>(201),
        get("/v1/cash-shifts/{id}", shifts::get, AnyStaff, "The X report of an open drawer, the Z report of a closed one: JSON, or as `format` or `Accept` say a page, SVG, PNG or PDF").query::<DocumentQuery>().gives::<shifts::ShiftView>(200),
        post("/v1/cash-shifts/{id}/movements", shifts::move_cash, CASHIER, "Put change in, take cash out").require_key().takes::<shifts::MovementRequest>().gives::<shifts::ShiftView>(201),
        post("/v1/cash-shifts/{id}/close", shifts::close, CASHIER, "Close a drawer with counted cash").require_key().takes::<shifts::CloseRequest>().gives::<shifts::ShiftView>(200),

        post("/v1/statements", statements::import, CASHIER, "Import a statement of the bank account: XLSX, XLS or CSV").query::<statements::ImportQuery>().takes_file(statements::MEDIA_TYPES).gives::<statements::StatementView>(201),
        get("/v1/statements", statements::list, CASH_DESK, "Statements, newest first").query::<Paging>().lists::<statements::StatementView>(),
        get("/v1/statements/{id}", statements::get, CASH_DESK, "One statement and its lines").gives::<statements::StatementView>(200),
        post("/v1/statements/{id}/lines/{n}/confirm", statements::confirm, CASHIER, "A line is the payment of an order").require_key().takes::<statements::ConfirmRequest>().gives::<statements::LineView>(200),
        post("/v1/statements/{id}/lines/{n}/ignore", statements::ignore, CASHIER, "A line is no payment of an order").takes::<statements::IgnoreRequest>().gives::<statements::LineView>(200),

        get("/v1/parcels", orders::parcel_list, AnyStaff, "Parcels, newest first").query::<parcels::ParcelFilter>().query::<FormQuery>().lists::<parcels::ParcelView>().also(exports::MEDIA_TYPES),
        post("/v1/parcels/scan", intake::see, WAREHOUSE, "Boxes are seen at the door of the China warehouse, before anybody weighs them").takes::<intake::SeeRequest>().gives::<intake::SeeAnswer>(200),
        post("/v1/parcels/receive", intake::receive, WAREHOUSE, "A box is weighed in the China warehouse; the answer holds its label, when asked").query::<intake::ReceiveQuery>().takes::<intake::ReceiveRequest>().gives::<intake::ReceiveAnswer>(200),
        post("/v1/manifests", manifests::upload, ORDER_DESK, "Upload a warehouse's list of received parcels, XLSX, XLS or CSV: its preview").query::<manifests::UploadQuery>().takes_file(manifests::MEDIA_TYPES).gives::<manifests::ManifestView>(201),
        get("/v1/manifests", manifests::list, AnyStaff, "Manifests, newest first").query::<Paging>().lists::<manifests::ManifestView>(),
        get("/v1/manifests/{id}", manifests::get, AnyStaff, "One manifest and its first rows").gives::<manifests::ManifestView>(200),
        patch("/v1/manifests/{id}", manifests::correct, ORDER_DESK, "Correct the columns that were recognised; the file is read anew, and the next of its kind is read so").takes::<Correction>().gives::<manifests::ManifestView>(200),
        post("/v1/manifests/{id}/commit", manifests::commit, ORDER_DESK, "Take the rows of a manifest, all of them or none").require_key().query::<manifests::CommitQuery>().takes::<manifests::CommitRequest>().gives::<manifests::ManifestView>(200),
        get("/v1/manifests/{id}/rows", manifests::rows, AnyStaff, "The rows of a manifest, page by page").query::<manifests::RowsQuery>().lists::<manifests::RowView>(),
        get("/v1/manifests/{id}/report", manifests::report, AnyStaff, "What became of every row, as a workbook"),

        get("/v1/parcels/{id}", parcels::get, AnyStaff, "One parcel").gives::<parcels::ParcelView>(200),
        get("/v1/unclaimed", unclaimed::list, AnyStaff, "Boxes of nobody, newest first, with orders that they may belong to").query::<unclaimed::UnclaimedFilter>().lists::<unclaimed::UnclaimedView>(),
        post("/v1/parcels/{id}/claim", unclaimed::claim, OPERATOR, "An unclaimed parcel finds its order").takes::<unclaimed::ClaimRequest>().gives::<parcels::ParcelView>(200),
        get("/v1/parcels/{id}/timeline", plans::way, AnyStaff, "The way of one parcel, its trucks' checkpoints among it").gives::<plans::ParcelTimeline>(200),
        post("/v1/parcels/{id}/weigh", parcels::weigh, NOT_AUDITOR, "Weigh a parcel again; freight follows").takes::<parcels::WeighRequest>().gives::<parcels::ParcelView>(200),
        post("/v1/parcels/{id}/status", parcels::set_status, ORDER_DESK, "Lost, damaged, returned, held by customs, or found again").takes::<parcels::ParcelStatusRequest>().gives::<parcels::ParcelView>(200),
        get("/v1/parcels/{id}/photos", pictures::list_of_parcel, AnyStaff, "The photos of a parcel, oldest first").lists::<photos::PhotoView>(),
        post("/v1/parcels/{id}/photos", pictures::of_parcel, NOT_AUDITOR, "A photo of a parcel, its mark, its damage, its weight").query::<pictures::KindQuery>().takes_file(photos::MEDIA_TYPES).gives::<photos::PhotoView>(201),
        get("/v1/parcels/{id}/label", labels::one, AnyStaff, "A parcel's label: PDF, or as `format` or `Accept` say PNG, SVG or ZPL").query::<labels::LabelQuery>(),
        post("/v1/labels", labels::many, NOT_AUDITOR, "Labels of up to 500 parcels, an order or a shipment in one file").takes::<labels::LabelsRequest>(),

        get("/v1/cells", cells::list, AnyStaff, "The cells of a branch, and what lies in them").query::<cells::CellFilter>().lists::<cells::CellView>(),
        put("/v1/cells", cells::set_up, ORDER_DESK, "Set cells up, or change how many parcels they hold").takes::<cells::CellsRequest>().lists::<cells::CellView>(),
        post("/v1/cells/{address}/parcels", cells::put, NOT_AUDITOR, "Lay parcels into a cell").takes::<cells::CellScanRequest>().gives::<cells::CellScanAnswer>(200),
        get("/v1/storage", storage::standing, AnyStaff, "What lies at each pickup point").lists::<storage::StandingView>(),
        post("/v1/storage/sweep", storage::sweep, OPERATOR, "Charge storage, remind, mark what nobody collected; or only list it").takes::<storage::SweepRequest>().gives::<storage::SweepAnswer>(200),

        get("/v1/shipments", shipments::list, AnyStaff, "Shipments, newest first").query::<Paging>().query::<FormQuery>().lists::<shipments::ShipmentView>().also(exports::MEDIA_TYPES),
        post("/v1/shipments", shipments::open, WAREHOUSE, "Open a shipment for loading").takes::<shipments::ShipmentRequest>().gives::<shipments::ShipmentView>(201),
        get("/v1/shipments/{code}", shipments::get, AnyStaff, "One shipment and its checkpoints").gives::<shipments::ShipmentView>(200),
        post("/v1/shipments/{code}/load", scans::load, WAREHOUSE, "Load parcels, or all of a bag").takes::<scans::ScanRequest>().gives::<scans::ScanAnswer>(200),
        post("/v1/shipments/{code}/unload", scans::unload, WAREHOUSE, "Take parcels off again before departure").takes::<scans::ScanRequest>().gives::<scans::ScanAnswer>(200),
        post("/v1/shipments/{code}/depart", shipments::depart, WAREHOUSE, "The truck leaves; the answer says what was to go with it and did not").takes::<shipments::DepartRequest>().gives::<shipments::DepartAnswer>(200),
        post("/v1/shipments/{code}/checkpoints", shipments::report, WAREHOUSE, "News from the road").takes::<shipments::CheckpointRequest>().gives::<shipments::ShipmentView>(201),
        post("/v1/shipments/{code}/arrive", scans::arrive, WAREHOUSE, "The truck is unloaded, whole or scan by scan").query::<scans::ArriveQuery>().takes::<scans::ArriveRequest>().gives::<scans::ArriveAnswer>(200),
        put("/v1/shipments/{code}/plan", plans::plan, WAREHOUSE, "Say what is to go with a truck").takes::<plans::PlanRequest>().gives::<plans::LoadView>(200),
        get("/v1/shipments/{code}/load", plans::load, AnyStaff, "What is on a truck, beside what was to be").gives::<plans::LoadView>(200),
        get("/v1/shipments/{code}/sorting", plans::sorting, AnyStaff, "Who gets what of a truck, branch by branch").gives::<plans::SortingView>(200),

        get("/v1/bags", bags::list, AnyStaff, "Bags, newest first").query::<Paging>().lists::<bags::BagView>(),
        post("/v1/bags", bags::open, WAREHOUSE, "Open a bag for parcels").takes::<bags::BagRequest>().gives::<bags::BagView>(201),
        get("/v1/bags/{code}", bags::get, AnyStaff, "One bag and what is in it").gives::<bags::BagContents>(200),
        post("/v1/bags/{code}/parcels", bags::add, WAREHOUSE, "Put parcels into a bag").takes::<bags::BagScanRequest>().gives::<bags::BagScanAnswer>(200),
        post("/v1/bags/{code}/remove", bags::remove, WAREHOUSE, "Take parcels out of a bag again").takes::<bags::BagScanRequest>().gives::<bags::BagScanAnswer>(200),
        post("/v1/bags/{code}/close", bags::close, WAREHOUSE, "Tie a bag up").takes::<bags::BagCloseRequest>().gives::<bags::BagContents>(200),

        get("/v1/shipments/{code}/manifest", broker::manifest, AnyStaff, "What the customs broker is given of a truck: JSON, or as `format` or `Accept` say CSV or XLSX").query::<FormQuery>().query::<LangQuery>().gives::<broker::ManifestView>(200).also(exports::MEDIA_TYPES),
        get("/v1/shipments/{code}/customs-estimate", broker::customs_estimate, AnyStaff, "What customs might want of each recipient of a truck: an estimate").query::<LangQuery>().gives::<broker::EstimateView>(200),
        get("/v1/customs/rules", customs::list, AnyStaff, "The rules that customs are estimated by, the latest first").lists::<customs::RuleView>(),
        post("/v1/customs/rules", customs::follow, ADMIN, "Put a customs rule in force; the one before it stays").takes::<customs::RuleRequest>().gives::<customs::RuleView>(201),

        get("/v1/notifications", orders::notification_list, AnyStaff, "The outbox").query::<notifications::NotificationFilter>().query::<FormQuery>().lists::<notifications::NotificationView>().also(exports::MEDIA_TYPES),
        post("/v1/sms/reports/{secret}", notifications::report, Anyone, "SMSPRO tells whether messages arrived; it is asked back").ignore_key().takes_file(notifications::REPORT_TYPES).gives_nothing(200).limited(Limit::Callback),
        post("/v1/telegram/updates", bot::update, Anyone, "Telegram tells what was said to the bot; known by its secret header").ignore_key().takes_file(bot::UPDATE_TYPES).gives_nothing(200).limited(Limit::Callback),
        post("/v1/notifications/preview", preview::preview, NOT_AUDITOR, "What a customer would read about an order, and what it would cost").ignore_key().takes::<preview::PreviewRequest>().gives::<preview::PreviewView>(200),
        get("/v1/notifications/costs", notifications::costs, AnyStaff, "What messages cost, day by day").query::<notifications::CostQuery>().lists::<notifications::CostView>(),
        get("/v1/notifications/{id}", notifications::get, AnyStaff, "One message and every attempt to send it").gives::<notifications::DetailsView>(200),
        post("/v1/notifications/{id}/cancel", notifications::cancel, NOT_AUDITOR, "Take back a message that was not sent").takes::<Nothing>().gives::<notifications::NotificationView>(200),
        post("/v1/notifications/{id}/retry", notifications::retry, NOT_AUDITOR, "Give a failed message another life").takes::<Nothing>().gives::<notifications::NotificationView>(200),
        get("/v1/audit", audit::list, AUDITOR, "Who did what").query::<audit::AuditFilter>().lists::<audit::AuditEntry>(),
    ]
}

/// Binds the address and makes the server; it runs when awaited.
///
/// # Errors
/// [`Error::Startup`] when the address cannot be bound.
pub fn server(app: &App) -> Result<(Server, std::net::SocketAddr)> {
    let state = app.clone();
    let look_ups = web::Data::new(LookUps::default());
    let settings = &app.config.server;
    let (host, port) = (settings.host.clone(), settings.port);
    let threads = match settings.threads {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
        threads => threads,
    };
    let pace = BodyPace::new(settings);
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(web::Data::new(state.clone()))
            .app_data(look_ups.clone())
            .app_data(pace)
            .app_data(web::PathConfig::default().error_handler(|error, _| unreadable("address", &error)))
            .app_data(web::QueryConfig::default().error_handler(|error, _| unreadable("query", &error)))
            .configure(|cfg| register(routes(), cfg))
            .service(web::redirect("/docs", "/docs/"))
            .service(docs())
            .wrap(from_fn(request::observe))
    })
    // Threads left over from a rush keep their memory; the usual limit is 512.
    .worker_max_blocking_threads(app.blocking_threads())
    .shutdown_timeout(10)
    .client_request_timeout(Duration::from_secs(settings.head_seconds))
    .keep_alive(Duration::from_secs(settings.keep_alive_seconds))
    .workers(threads)
    .max_connections(settings.connections.div_ceil(threads))
    .bind((host.as_str(), port))
    .map_err(|error| Error::Startup(format!("cannot listen on {host}:{port}: {error}")))?;
    let address =
        server.addrs().first().copied().ok_or_else(|| Error::Startup("no address to listen on".to_owned()))?;
    Ok((server.run(), address))
}

fn unreadable(part: &str, error: &dyn std::fmt::Display) -> actix_web::Error {
    Error::from(Problem::new(Slug::MalformedRequest, format!("The {part} cannot be read: {error}."))).into()
}

/// Swagger UI from inside the binary: works without a network.
fn docs() -> SwaggerUi {
    SwaggerUi::new("/docs/{_:.*}")
        .config(DocsConfig::new(["/openapi.json"]).try_it_out_enabled(true).persist_authorization(true))
}

async fn openapi_document(app: App) -> HttpResponse {
    HttpResponse::Ok().json(openapi::document(&routes(), &app.config.business))
}

async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({"status": "alive"}))
}

async fn readyz(app: App) -> Result<HttpResponse> {
    match app.read(&Actor::System, |tx| crate::db::migrate::is_current(tx.conn)).await {
        Ok(true) => Ok(HttpResponse::Ok().json(serde_json::json!({"status": "ready"}))),
        Ok(false) => Problem::new(Slug::Unavailable, "Migrations are pending: run `torugart migrate`.").fail(),
        Err(_) => Problem::new(Slug::Unavailable, "The database does not answer.").fail(),
    }
}

async fn metrics(app: App) -> HttpResponse {
    app.look_at_queues();
    crate::http::metrics::look_at_process();
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(app.metrics.render())
}
