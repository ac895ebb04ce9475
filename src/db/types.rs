//! Makes our own words storable: a text column that holds only what the type allows.

/// Stores a type as `Text`, given `as_str()` and `TryFrom<String>`; reading refuses what writing would not have written.
macro_rules! stored_as_text {
    ($type:ty) => {
        impl<DB> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $type
        where
            DB: diesel::backend::Backend,
            str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                diesel::serialize::ToSql::<diesel::sql_types::Text, DB>::to_sql(self.as_str(), out)
            }
        }

        impl<DB> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $type
        where
            DB: diesel::backend::Backend,
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let text = <String as diesel::deserialize::FromSql<diesel::sql_types::Text, DB>>::from_sql(bytes)?;
                Ok(<$type>::try_from(text)?)
            }
        }
    };
}

/// A closed set of words, the same in the database, in JSON and in the code. Where several rooms call theirs alike,
/// `as` gives its name in the OpenAPI document.
macro_rules! words {
    ($(#[doc = $about:literal])+ $name:ident $(as $shown:ident)? { $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[doc = $about])+
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name {
            $($(#[$variant_meta])* #[serde(rename = $word)] $variant,)+
        }

        // Written out, because the derive does not see a `rename` that comes from a macro.
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some(concat!($($about),+).trim()))
                    .enum_values(Some([$($word),+]))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                const NAME: &str = [$(stringify!($shown),)? stringify!($name)][0];
                NAME.into()
            }
        }

        impl $name {
            /// Every word, in the order of the code.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word itself.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(word: &str) -> std::result::Result<Self, String> {
                match word {
                    $($word => Ok($name::$variant),)+
                    _ => Err(format!("{word:?} is not one of {}", [$($word),+].join(", "))),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(word: String) -> std::result::Result<Self, String> {
                word.parse()
            }
        }

        stored_as_text!($name);
    };
}

/// An identifier: a UUID v7 as text, so that rows sort by birth.
macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(
            Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = diesel::sql_types::Text)]
        #[serde(try_from = "String")]
        #[schema(value_type = uuid::Uuid)]
        pub struct $name(String);

        impl $name {
            /// A new one, later in order than all before it in this process.
            #[allow(clippy::new_without_default, reason = "a default identifier would be a surprise")]
            pub fn new() -> Self {
                Self(uuid::Uuid::now_v7().to_string())
            }

            /// Its 36 characters.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> std::result::Result<Self, String> {
                uuid::Uuid::parse_str(&text)
                    .map(|id| Self(id.to_string()))
                    .map_err(|_| format!("{text:?} is not an identifier (a UUID)"))
            }
        }

        stored_as_text!($name);
    };
}
