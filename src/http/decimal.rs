//! How a decimal number in a request is documented: as text, which keeps every digit everywhere, or as a JSON number.

use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

/// One that must be there.
pub fn required() -> Object {
    one_of(&[Type::String, Type::Number])
}

/// One that may be missing.
pub fn optional() -> Object {
    one_of(&[Type::String, Type::Number, Type::Null])
}

fn one_of(types: &[Type]) -> Object {
    ObjectBuilder::new().schema_type(SchemaType::Array(types.to_vec())).build()
}
