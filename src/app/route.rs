//! A route as data: method, path, who may call it, what it takes and gives, and the handler itself.
//! The server is built from these rows, and so are the OpenAPI document and the access matrix: they cannot disagree.

use actix_web::guard::{Guard, fn_guard};
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{Handler, HttpResponse, Responder, web};
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::{RefOr, schema::Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use super::access::{Door, Key, Who, guard};
use crate::error::{Problem, Result, Slug};
use crate::http::Page;
use crate::http::limits::Limit;
use crate::ids::Role;

/// One row of the table in `app.rs`.
pub struct Route {
    /// HTTP method.
    pub method: Method,
    /// Path pattern, `{names}` in braces.
    pub path: &'static str,
    /// Who may call it.
    pub who: Who,
    /// Whether it takes an `Idempotency-Key`.
    pub key: Key,
    /// What is counted of callers who are no staff.
    pub limit: Limit,
    /// One sentence for the documentation.
    pub about: &'static str,
    /// Query parameters. Like the other shapes they are drawn only for the document: every worker thread has all rows.
    pub query: Vec<fn() -> Vec<Parameter>>,
    /// Body.
    pub takes: Option<fn() -> Shape>,
    /// Media types of a body that is a file.
    pub takes_file: &'static [&'static str],
    /// Status and body of success; no body is a page, a file or nothing.
    pub gives: (u16, Option<fn() -> Shape>),
    /// Media types of success beside JSON, when the caller asks for them.
    pub also: &'static [&'static str],
    handler: actix_web::Route,
}

/// A named JSON shape and the shapes it refers to.
pub struct Shape {
    /// Name in the components of the document.
    pub name: String,
    /// All schemas, this one among them.
    pub schemas: Vec<(String, RefOr<Schema>)>,
}

impl Shape {
    fn of<T: ToSchema>() -> Self {
        let name = T::name().into_owned();
        let mut schemas = vec![(name.clone(), T::schema())];
        T::schemas(&mut schemas);
        Self { name, schemas }
    }

    fn page_of<T: ToSchema>() -> Self {
        // A derived generic shape has one name whatever its argument, and leaves the argument itself out.
        let mut schemas = Shape::of::<T>().schemas;
        let name = format!("{}Page", T::name());
        schemas.push((name.clone(), <Page<T> as PartialSchema>::schema()));
        Self { name, schemas }
    }
}

macro_rules! verb {
    ($(#[$about:meta])* $name:ident, $method:ident, $key:ident) => {
        $(#[$about])*
        pub fn $name<F, Args>(path: &'static str, handler: F, who: Who, about: &'static str) -> Route
        where
            F: Handler<Args>,
            Args: actix_web::FromRequest + 'static,
            F::Output: Responder + 'static,
        {
            Route::new(Method::$method, path, web::route().to(handler), who, Key::$key, about)
        }
    };
}

verb! {
    /// `GET`.
    get, GET, Ignored
}
verb! {
    /// `POST`; honours an `Idempotency-Key` unless it is made [`Route::require_key`].
    post, POST, Honoured
}
verb! {
    /// `PUT`.
    put, PUT, Ignored
}
verb! {
    /// `PATCH`.
    patch, PATCH, Ignored
}

impl Route {
    fn new(
        method: Method,
        path: &'static str,
        handler: actix_web::Route,
        who: Who,
        key: Key,
        about: &'static str,
    ) -> Self {
        // Whoever writes without a login is counted, unless the row says otherwise.
        let limit = if method == Method::GET { Limit::Free } else { Limit::Write };
        Self {
            method,
            path,
            who,
            key,
            limit,
            about,
            query: Vec::new(),
            takes: None,
            takes_file: &[],
            gives: (200, None),
            also: &[],
            handler,
        }
    }

    /// Money or goods change hands here.
    #[must_use]
    pub fn require_key(mut self) -> Self {
        self.key = Key::Required;
        self
    }

    /// The call is its own protection against repetition.
    #[must_use]
    pub fn ignore_key(mut self) -> Self {
        self.key = Key::Ignored;
        self
    }

    /// What is counted of callers who are no staff.
    #[must_use]
    pub fn limited(mut self, limit: Limit) -> Self {
        self.limit = limit;
        self
    }

    /// The shape of the query.
    #[must_use]
    pub fn query<T: IntoParams>(mut self) -> Self {
        self.query.push(|| T::into_params(|| Some(ParameterIn::Query)));
        self
    }

    /// The shape of the body.
    #[must_use]
    pub fn takes<T: ToSchema>(mut self) -> Self {
        self.takes = Some(Shape::of::<T>);
        self
    }

    /// The body is a file of one of these media types, read with [`crate::http::Raw`].
    #[must_use]
    pub fn takes_file(mut self, media_types: &'static [&'static str]) -> Self {
        self.takes_file = media_types;
        self
    }

    /// The status and shape of success.
    #[must_use]
    pub fn gives<T: ToSchema>(mut self, status: u16) -> Self {
        self.gives = (status, Some(Shape::of::<T>));
        self
    }

    /// Success is 200 and a page of this shape.
    #[must_use]
    pub fn lists<T: ToSchema>(mut self) -> Self {
        self.gives = (200, Some(Shape::page_of::<T>));
        self
    }

    /// Success may be a file of one of these media types instead.
    #[must_use]
    pub fn also(mut self, media_types: &'static [&'static str]) -> Self {
        self.also = media_types;
        self
    }

    /// Success without a body.
    #[must_use]
    pub fn gives_nothing(mut self, status: u16) -> Self {
        self.gives = (status, None);
        self
    }

    /// The roles let in, for the access matrix.
    pub fn roles(&self) -> Vec<Role> {
        Role::ALL.iter().copied().filter(|role| self.who.allows(*role)).collect()
    }
}

/// Registers all rows; rows of one path share a resource, so that a wrong method is a 405 that lists the right ones.
pub fn register(routes: Vec<Route>, cfg: &mut web::ServiceConfig) {
    let mut paths: Vec<(&'static str, Vec<Route>)> = Vec::new();
    for route in routes {
        match paths.iter_mut().find(|(path, _)| *path == route.path) {
            Some((_, same)) => same.push(route),
            None => paths.push((route.path, vec![route])),
        }
    }
    for (path, routes) in paths {
        let allow = routes.iter().map(|route| allowed(&route.method)).collect::<Vec<_>>().join(", ");
        let mut resource = web::resource(path);
        for route in routes {
            let door = Door { who: route.who, key: route.key, limit: route.limit };
            let handler = route.handler.guard(takes(route.method));
            resource = resource.route(handler.wrap(from_fn(move |req, next| guard(door, req, next))));
        }
        cfg.service(resource.default_service(web::to(move || wrong_method(allow.clone()))));
    }
}

/// Whatever can be read can be asked for without its body.
fn takes(method: Method) -> impl Guard {
    fn_guard(move |asked| asked.head().method == method || asked.head().method == Method::HEAD && method == Method::GET)
}

fn allowed(method: &Method) -> &str {
    if *method == Method::GET { "GET, HEAD" } else { method.as_str() }
}

async fn wrong_method(allow: String) -> Result<HttpResponse> {
    let mut response =
        crate::http::problem::response(Problem::new(Slug::MethodNotAllowed, format!("This address takes {allow}.")));
    if let Ok(allow) = allow.parse() {
        response.headers_mut().insert(actix_web::http::header::ALLOW, allow);
    }
    Ok(response)
}
