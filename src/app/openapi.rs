//! The OpenAPI 3.1 document, made from the same rows as the server.

use actix_web::http::Method;
use utoipa::ToSchema;
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, LicenseBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, Paths, Ref,
    RefOr, Required, ResponseBuilder, ResponsesBuilder, Schema, ServerBuilder, schema::Type, tag::TagBuilder,
};

use super::access::{Key, Who};
use super::route::{Route, Shape};
use crate::config::Firm;

/// A refusal, as every call may answer it.
#[derive(serde::Serialize, ToSchema)]
#[schema(example = json!({
    "type": "/problems/balance_due", "code": "balance_due", "title": "There is still money to pay", "status": 409,
    "detail": "1 245 som are still to be paid.", "request_id": "0190b5a4-7b8e-7c3d-9a51-6f3f2f0e8d11",
}))]
pub struct ProblemAnswer {
    /// Address of the page that explains the problem.
    r#type: String,
    /// The word to branch on.
    code: String,
    /// The same for every occurrence.
    title: String,
    /// HTTP status.
    status: u16,
    /// What happened here and what to do.
    detail: String,
    /// For whoever runs the service.
    request_id: String,
    /// Bad fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<Vec<BadField>>,
}

/// One bad field.
#[derive(serde::Serialize, ToSchema)]
pub struct BadField {
    /// JSON pointer (RFC 6901) into the body.
    pointer: String,
    /// What is wrong there.
    detail: String,
}

/// In the words of SPDX.
const LICENSE: &str = env!("CARGO_PKG_LICENSE");

const TOKEN: &str = "staff";
const CUSTOMER: &str = "customer";

/// The chapters of the document, in the order of an order's life.
const TAGS: &[(&str, &str)] = &[
    ("auth", "Log in, stay logged in, log out"),
    ("me", "The account behind a token"),
    ("orders", "From request to pickup, with its money"),
    ("transfer-claims", "Transfers that customers told of, for the cashier to decide"),
    ("statements", "The bank's word about transfers, line by line"),
    ("photos", "Pictures, for staff"),
    ("receipts", "Payments on paper"),
    ("customers", "Who they are, and the credit kept for them"),
    ("cash-shifts", "The drawer from one count to the next"),
    ("acquiring", "Invoices at payment providers"),
    ("acquirers", "What payment providers send"),
    ("parcels", "Boxes in the China warehouse and after"),
    ("shipments", "Trucks: load, depart, report, arrive"),
    ("track", "What anybody with a code may see"),
    ("customs", "What customs are estimated by"),
    ("notifications", "Messages to customers"),
    ("branches", "Warehouses and pickup points"),
    ("rates", "Exchange rates"),
    ("tariffs", "What a kilogram costs"),
    ("staff", "Accounts"),
    ("audit", "Who did what"),
    ("my", "What is a customer's own, for whoever proved that the phone is theirs"),
    ("pages", "Pages for people"),
    ("service", "Health, figures, this document"),
];

/// Builds the document.
pub fn document(routes: &[Route], firm: &Firm) -> OpenApi {
    let mut components = ComponentsBuilder::new().security_scheme(
        TOKEN,
        SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build()),
    );
    components = components.security_scheme(
        CUSTOMER,
        SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("opaque").build()),
    );
    let mut problem = vec![(ProblemAnswer::name().into_owned(), <ProblemAnswer as utoipa::PartialSchema>::schema())];
    ProblemAnswer::schemas(&mut problem);
    for (name, schema) in problem {
        components = components.schema(name, schema);
    }
    let mut paths = Paths::new();
    for route in routes {
        for shape in route.takes.into_iter().chain(route.gives.1) {
            for (name, schema) in shape().schemas {
                components = components.schema(name, schema);
            }
        }
        let operation = operation(route);
        let path = paths.paths.entry(route.path.to_owned()).or_default();
        let added = PathItem::new(method(&route.method), operation);
        path.merge_operations(added);
    }
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title(format!("{} API", firm.name))
                .version(env!("CARGO_PKG_VERSION"))
                .license(Some(LicenseBuilder::new().name(LICENSE).identifier(Some(LICENSE)).build()))
                .description(Some(include_str!("../../docs/api.md"))),
        )
        .servers(Some([
            ServerBuilder::new().url(&firm.public_url).description(Some("The address customers see")).build(),
            ServerBuilder::new().url("/").description(Some("Wherever this document came from")).build(),
        ]))
        .tags(Some(TAGS.iter().map(|(name, about)| TagBuilder::new().name(*name).description(Some(*about)).build())))
        .paths(paths)
        .components(Some(components.build()))
        .build()
}

fn operation(route: &Route) -> Operation {
    let mut operation = OperationBuilder::new()
        .operation_id(Some(operation_id(route)))
        .summary(Some(route.about))
        .description(Some(who_may(route)))
        .tag(tag(route.path));
    for name in path_names(route.path) {
        operation = operation.parameter(
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
                .example(Some(path_example(route.path, name).into())),
        );
    }
    for parameter in route.query.iter().flat_map(|parameters| parameters()) {
        operation = operation.parameter(parameter);
    }
    if route.key != Key::Ignored {
        operation = operation.parameter(idempotency_key(route.key));
    }
    if let Some(shape) = route.takes {
        // No body at all is read as `{}`.
        let required = if asks_for_nothing(&shape()) { Required::False } else { Required::True };
        let body = RequestBodyBuilder::new().content("application/json", json(shape)).required(Some(required));
        operation = operation.request_body(Some(body.build()));
    }
    if !route.takes_file.is_empty() {
        let file =
            |body: RequestBodyBuilder, media_type: &&str| body.content(*media_type, ContentBuilder::new().build());
        let body = route.takes_file.iter().fold(RequestBodyBuilder::new().required(Some(Required::True)), file);
        operation = operation.request_body(Some(body.build()));
    }
    for requirement in requirements(route) {
        operation = operation.security(requirement);
    }
    operation.responses(responses(route)).build()
}

/// Whether all members of a body can be left out.
fn asks_for_nothing(shape: &Shape) -> bool {
    let own = shape.schemas.iter().find(|(name, _)| *name == shape.name);
    matches!(own, Some((_, RefOr::T(Schema::Object(object)))) if object.required.is_empty())
}

/// A token, or none at all where anyone may call; there one is honoured when sent.
fn requirements(route: &Route) -> Vec<SecurityRequirement> {
    let token = |name: &str| SecurityRequirement::new(name, Vec::<String>::new());
    match route.who {
        Who::Anyone => vec![SecurityRequirement::default(), token(TOKEN), token(CUSTOMER)],
        Who::Customer => vec![token(CUSTOMER)],
        Who::AnyStaff | Who::Only(_) => vec![token(TOKEN)],
    }
}

fn responses(route: &Route) -> utoipa::openapi::Responses {
    let mut success = ResponseBuilder::new().description(route.about);
    if let Some(shape) = route.gives.1 {
        success = success.content("application/json", json(shape));
    }
    for media_type in route.also {
        success = success.content(*media_type, ContentBuilder::new().build());
    }
    let problem = ContentBuilder::new().schema(Some(reference(&ProblemAnswer::name()))).build();
    let mut refusal = ResponseBuilder::new()
        .description("A refusal; its `code` says which, and /problems/<code> what to do.")
        .content("application/problem+json", problem);
    if tag(route.path) == "pages" {
        refusal = refusal.content("text/html", ContentBuilder::new().build());
    }
    ResponsesBuilder::new().response(route.gives.0.to_string(), success).response("default", refusal).build()
}

fn json(shape: fn() -> Shape) -> utoipa::openapi::Content {
    ContentBuilder::new().schema(Some(reference(&shape().name))).build()
}

fn reference(name: &str) -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(name))
}

fn idempotency_key(key: Key) -> utoipa::openapi::path::Parameter {
    let required = if key == Key::Required { Required::True } else { Required::False };
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some("A fresh random value for each intention; the same one when the request is repeated."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .example(Some(serde_json::json!("b7e2f6d4-5d0c-4a35-8f0e-3f8a5f0b9a10")))
        .build()
}

fn who_may(route: &Route) -> String {
    match route.who {
        Who::Anyone => "Who: anyone.".to_owned(),
        Who::AnyStaff => "Who: every staff member.".to_owned(),
        Who::Customer => "Who: the customer who is signed in.".to_owned(),
        Who::Only(_) => {
            let roles: Vec<_> = route.roles().into_iter().map(|role| role.to_string()).collect();
            format!("Who: {}.", roles.join(", "))
        }
    }
}

fn tag(path: &str) -> &str {
    match path.strip_prefix("/v1/").and_then(|rest| rest.split('/').next()) {
        Some(room) => room,
        None if matches!(path, "/healthz" | "/readyz" | "/metrics" | "/openapi.json" | "/robots.txt") => "service",
        None => "pages",
    }
}

fn path_names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// What stands in a path, so that an imported request can be recognised before it is filled in.
fn path_example(path: &str, name: &str) -> &'static str {
    match (path, name) {
        (path, "code") if path.starts_with("/v1/shipments") => "SH-2026-0001",
        (_, "code") => "TG-7K4M9-2QX8C-5",
        (_, "n") => "1",
        (_, "slug") => "balance_due",
        (_, "provider") => "freedom_pay",
        _ => "0190b5a4-7b8e-7c3d-9a51-6f3f2f0e8d11",
    }
}

fn operation_id(route: &Route) -> String {
    let words: Vec<_> = route
        .path
        .split(['/', '-', '.'])
        .filter(|part| !part.is_empty() && *part != "v1")
        .map(|part| part.trim_matches(['{', '}']))
        .collect();
    // A customer's pages have the addresses of their calls, but for the version.
    let kind = if route.path.starts_with("/my") { "page_" } else { "" };
    format!("{}_{kind}{}", route.method.as_str().to_lowercase(), words.join("_"))
}

fn method(method: &Method) -> HttpMethod {
    match method.as_str() {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        _ => HttpMethod::Get,
    }
}
