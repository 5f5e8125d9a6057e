//! datapackage.json: the run as a Frictionless data package (version 1 of the specification, which validators read).
//!
//! CSV files are tables with a schema, Parquet files are files with format, size and digest; both carry the columns'
//! descriptions. <https://specs.frictionlessdata.io/data-package/>

use super::OutputFile;
use crate::schema::{self, Column, Dataset, Dtype};
use serde_json::{Map, Value, json};

/// Name of the package's file in a run.
pub const FILE: &str = "datapackage.json";

/// Describes the run `id` that wrote `outputs`.
pub fn data_package(id: &str, version: &str, outputs: &[OutputFile]) -> Value {
    let resources: Vec<Value> = outputs.iter().filter_map(resource).collect();
    json!({
        "name": format!("baogao-{id}"),
        "title": "Datasets made of report pages",
        "description": "Documents, blocks, sections, figures, tables and indicators read off report pages by baogao. \
            Character offsets count Unicode code points of documents.body.",
        "version": version,
        "resources": resources,
    })
}

fn resource(output: &OutputFile) -> Option<Value> {
    let (stem, format) = output.path.rsplit('/').next()?.rsplit_once('.')?;
    let dataset = schema::dataset(stem)?;
    let mut resource = Map::new();
    let mut put = |key: &str, value: Value| resource.insert(key.to_owned(), value);
    let csv = format == "csv";
    put("name", json!(format!("{}-{format}", stem.replace('_', "-"))));
    put("title", json!(stem));
    put("description", json!(dataset.meaning));
    put("path", json!(output.path));
    put("format", json!(format));
    put("mediatype", json!(if csv { "text/csv" } else { "application/vnd.apache.parquet" }));
    put("bytes", json!(output.bytes));
    put("hash", json!(format!("sha256:{}", output.sha256)));
    if csv {
        put("profile", json!("tabular-data-resource"));
        put("encoding", json!("utf-8-sig"));
        put("schema", table_schema(dataset));
    } else {
        put("type", json!("file"));
        put("columns", json!(dataset.columns.iter().map(field).collect::<Vec<_>>()));
    }
    Some(Value::Object(resource))
}

fn table_schema(dataset: &Dataset) -> Value {
    // Keys with missing values are no primary keys to a validator.
    let required = |name: &&str| dataset.columns.iter().any(|c| c.name == *name && !c.nullable);
    let mut schema = json!({ "fields": dataset.columns.iter().map(field).collect::<Vec<_>>(), "missingValues": [""] });
    if dataset.key.iter().all(required) {
        schema["primaryKey"] = json!(dataset.key);
    }
    schema
}

fn field(column: &Column) -> Value {
    let (kind, format) = match column.dtype {
        Dtype::Str | Dtype::StrList => ("string", None),
        Dtype::Int => ("integer", None),
        Dtype::Float => ("number", None),
        Dtype::Bool => ("boolean", None),
        Dtype::Date => ("date", None),
        Dtype::DateTime => ("datetime", Some("%Y-%m-%dT%H:%M:%S")),
    };
    let mut field = json!({ "name": column.name, "type": kind, "description": column.meaning });
    if let Some(format) = format {
        field["format"] = json!(format);
    }
    if column.dtype == Dtype::StrList {
        field["description"] = json!(format!("{}; several joined by \";\"", column.meaning));
    }
    if let Some(unit) = column.unit {
        field["unit"] = json!(unit);
    }
    let mut constraints = Map::new();
    if !column.nullable
        && column.dtype != Dtype::StrList
        && column.name != "text"
        && column.name != "body"
    {
        constraints.insert("required".to_owned(), json!(true));
    }
    if let Some(values) = column.values {
        constraints.insert("enum".to_owned(), json!(values()));
    }
    if !constraints.is_empty() {
        field["constraints"] = Value::Object(constraints);
    }
    field
}
