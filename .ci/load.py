#!/usr/bin/env python3
"""Open every dataset of a finished run as analysts do, and check what they rely on.

    load.py BAOGAO RUN_DIR

 1. DuckDB, pandas, pyarrow and Polars read every Parquet file with the types of contract.tsv (typed from the contract
    page), which `baogao schema --format json` must state as well; the CSV files have the same columns and rows.
 2. Nothing is null that the contract forbids, no text is "", no integer unsigned.
 3. What always holds: offsets in code points cut out what they name, kept blocks make the body, keys resolve.
 4. The data package names every file with its true size and digest.
Exits 1 with one line for each thing that does not hold.
"""
import datetime
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.parquet

CONTRACT = Path(__file__).with_name("contract.tsv")
PROBLEMS = []


def problem(text):
    PROBLEMS.append(text)


def contract():
    """dataset → column → (type, may be null), in the contract's order."""
    out = {}
    for line in CONTRACT.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            dataset, column, kind, null = line.split("\t")
            out.setdefault(dataset, {})[column] = (kind, null == "yes")
    return out


# --- what each tool calls our types

def arrow_kind(dtype):
    types = pyarrow.types
    if types.is_string(dtype) or types.is_large_string(dtype) or types.is_string_view(dtype):
        return "str"
    if types.is_list(dtype) or types.is_large_list(dtype):
        return "list" if arrow_kind(dtype.value_type) == "str" else f"list of {dtype.value_type}"
    if types.is_signed_integer(dtype):
        return "int"
    if types.is_floating(dtype):
        return "float"
    if types.is_boolean(dtype):
        return "bool"
    if types.is_date(dtype):
        return "date"
    if types.is_timestamp(dtype):
        return "datetime" if dtype.tz is None else "datetime with a zone"
    return str(dtype)


def polars_kind(dtype):
    if dtype == polars.String:
        return "str"
    if dtype == polars.List(polars.String):
        return "list"
    if dtype.is_signed_integer():
        return "int"
    if dtype.is_float():
        return "float"
    if dtype == polars.Boolean:
        return "bool"
    if dtype == polars.Date:
        return "date"
    if isinstance(dtype, polars.Datetime):
        return "datetime" if dtype.time_zone is None else "datetime with a zone"
    return str(dtype)


def duckdb_kind(name):
    if name == "VARCHAR":
        return "str"
    if name == "VARCHAR[]":
        return "list"
    if name in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT"):
        return "int"
    if name in ("FLOAT", "DOUBLE"):
        return "float"
    return {"BOOLEAN": "bool", "DATE": "date"}.get(name, "datetime" if name.startswith("TIMESTAMP") and "ZONE" not in name else name)


def pandas_agrees(series, kind):
    """pandas has no types of its own for some of ours, and none for integers with nulls: what counts is what comes out."""
    values = [v for v in series.tolist() if v is not None and not (isinstance(v, float) and v != v) and v is not pandas.NaT and v is not pandas.NA]
    wanted = {"str": str, "int": (int, float), "float": (float, int), "bool": bool, "date": datetime.date,
              "datetime": (datetime.datetime, pandas.Timestamp), "list": object}[kind]
    if kind == "int" and any(isinstance(v, float) and not v.is_integer() for v in values):
        return False
    return all(isinstance(v, wanted) for v in values)


# --- 1 and 2: types and nulls

# What `baogao schema` calls our types. Texts that may be of no length (an empty cell is a cell) are not missing.
KINDS = {"str": "str", "int64": "int", "float64": "float", "bool": "bool", "date": "date", "datetime": "datetime", "list[str]": "list"}
MAY_BE_EMPTY = {("sections", "text"), ("table_cells", "text"), ("documents", "body")}

def declared(binary):
    """`baogao schema --format json` as dataset → column → type."""
    text = subprocess.run([binary, "schema", "--format", "json"], capture_output=True, text=True, check=True).stdout
    datasets = json.loads(text)["datasets"]
    return {d["name"]: {c["name"]: KINDS.get(c["dtype"], c["dtype"]) for c in d["columns"]} for d in datasets}


def check_types(run, dataset, columns, schema):
    path = run / f"{dataset}.parquet"
    if not path.exists():
        problem(f"{dataset}: no {path.name}")
        return None
    table = pyarrow.parquet.read_table(path)
    frame = polars.read_parquet(path)
    panda = pandas.read_parquet(path)
    duck = {row[0]: row[1] for row in duckdb.sql(f"DESCRIBE SELECT * FROM '{path}'").fetchall()}
    n_duck = len(duckdb.sql(f"SELECT * FROM '{path}'").fetchall())
    if not len(table) == len(frame) == len(panda) == n_duck:
        problem(f"{dataset}: rows pyarrow {len(table)} Polars {len(frame)} pandas {len(panda)} DuckDB {n_duck}")
    for column, (kind, null) in columns.items():
        if column not in table.column_names:
            problem(f"{dataset}.{column}: not in the file")
            continue
        field = table.schema.field(column)
        seen = {"pyarrow": arrow_kind(field.type), "Polars": polars_kind(frame.schema[column]), "DuckDB": duckdb_kind(duck[column])}
        for tool, got in seen.items():
            if got != kind:
                problem(f"{dataset}.{column}: {tool} reads {got}, the contract says {kind}")
        if not pandas_agrees(panda[column], kind):
            problem(f"{dataset}.{column}: pandas reads {panda[column].dtype}, the contract says {kind}")
        if not null and frame[column].null_count():
            problem(f"{dataset}.{column}: {frame[column].null_count()} nulls, the contract allows none")
        if kind == "str" and (dataset, column) not in MAY_BE_EMPTY and (frame[column] == "").any():
            problem(f"{dataset}.{column}: holds \"\", missing is null")
        if kind == "float" and frame[column].is_nan().any():
            problem(f"{dataset}.{column}: holds NaN, missing is null")
    if schema is None:
        problem(f"{dataset}: baogao schema does not name it")
    elif list(schema) != table.column_names:
        problem(f"{dataset}: columns in the file {table.column_names}, in baogao schema {list(schema)}")
    for column, kind in (schema or {}).items():
        if column in columns and kind != columns[column][0]:
            problem(f"{dataset}.{column}: baogao schema says {kind}, the contract {columns[column][0]}")
    for column in set(table.column_names) - set(columns):
        print(f"note: {dataset}.{column} is in the file and not in .ci/contract.tsv")
    metadata = {key.decode() for key in (pyarrow.parquet.read_metadata(path).metadata or {})}
    if not any("version" in key for key in metadata):
        problem(f"{dataset}: no version among the file's metadata {sorted(metadata)}")
    return frame


def check_csv(run, dataset, frame):
    path = run / "csv" / f"{dataset}.csv"
    if not path.parent.exists():
        return
    if not path.exists():
        problem(f"{dataset}: no csv/{path.name}")
        return
    if path.read_bytes()[:3] != b"\xef\xbb\xbf":
        problem(f"{dataset}: csv without BOM")
    as_text = pandas.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)
    duck = duckdb.sql(f"SELECT * FROM read_csv('{path}', all_varchar=true, header=true)").fetchall()
    other = polars.read_csv(path, infer_schema=False)
    if list(as_text.columns) != frame.columns or other.columns != frame.columns:
        problem(f"{dataset}: csv columns {list(as_text.columns)}, Parquet {frame.columns}")
    if not len(as_text) == len(duck) == len(other) == len(frame):
        problem(f"{dataset}: csv rows pandas {len(as_text)} DuckDB {len(duck)} Polars {len(other)}, Parquet {len(frame)}")
    for column in as_text.columns:
        starts = set(as_text[column].str[:1])
        numeric = column in frame.columns and frame.schema[column].is_numeric()
        if not numeric and starts & set("=+@\t\r") or (not numeric and "-" in starts):
            problem(f"{dataset}.{column}: a spreadsheet would run a cell of the csv")


# --- 3: what always holds

def check_holds(frames):
    documents = {row["doc_id"]: row for row in frames["documents"].to_dicts()}
    body = {doc_id: row["body"] or "" for doc_id, row in documents.items()}
    if len(documents) != len(frames["documents"]):
        problem("documents: doc_id is not unique")
    for doc_id, row in documents.items():
        if row["body_chars"] != len(body[doc_id]):
            problem(f"{row['source']}: body_chars {row['body_chars']}, the body has {len(body[doc_id])} code points")
        if len(doc_id) != 16 or set(doc_id) - set("0123456789abcdef"):
            problem(f"{row['source']}: doc_id {doc_id} is not 16 hex digits")
        if row["source"].startswith("/"):
            problem(f"{row['source']}: an absolute path")
    by_document = {name: {} for name in frames}
    for name, frame in frames.items():
        if "doc_id" not in frame.columns or name == "documents":
            continue
        for row in frame.to_dicts():
            if row["doc_id"] not in documents:
                problem(f"{name}: doc_id {row['doc_id']} is no document")
            by_document[name].setdefault(row["doc_id"], []).append(row)
    for doc_id, document in documents.items():
        check_document(document, body[doc_id], {name: rows.get(doc_id, []) for name, rows in by_document.items()})
    sources = [row["source"] for row in documents.values()] + frames["rejects"]["source"].to_list()
    if len(sources) != len(set(sources)):
        problem("a page is in documents or rejects more than once")
    for row in frames["duplicates"].to_dicts():
        if row["duplicate_of"] not in documents:
            problem(f"duplicates: {row['duplicate_of']} is no document")


def check_document(document, body, rows):
    where = document["source"]
    blocks = {row["block_no"]: row for row in rows["blocks"]}
    sections = {row["section_no"]: row for row in rows["sections"]}
    kept = [row for row in rows["blocks"] if row["kept"]]
    if "\n".join(row["text"] or "" for row in kept) != body:
        problem(f"{where}: kept blocks joined are not the body")
    for row in rows["blocks"]:
        if row["kept"] and body[row["char_start"]:row["char_end"]] != (row["text"] or ""):
            problem(f"{where}: block {row['block_no']} is not at its span")
        if not row["kept"] and row["char_start"] is not None:
            problem(f"{where}: dropped block {row['block_no']} has a span")
    for row in rows["figures"]:
        if body[row["char_start"]:row["char_end"]] != row["surface"]:
            problem(f"{where}: figure {row['figure_no']} {row['surface']!r} is not at its span")
        block, section = blocks.get(row["block_no"]), sections.get(row["section_no"])
        if block is None or not block["kept"] or not block["char_start"] <= row["char_start"] < row["char_end"] <= block["char_end"]:
            problem(f"{where}: figure {row['figure_no']} is not inside its block")
        if section is None or not section["char_start"] <= row["char_start"] < row["char_end"] <= section["char_end"]:
            problem(f"{where}: figure {row['figure_no']} is not inside its section")
        if row["surface"] not in row["sentence"]:
            problem(f"{where}: figure {row['figure_no']} is not in its sentence")
        if row["value_max"] is not None and row["value_max"] < row["value"]:
            problem(f"{where}: figure {row['figure_no']} is a range upside down")
    for row in rows["sections"]:
        if row["parent_no"] is not None:
            parent = sections.get(row["parent_no"])
            if parent is None or not parent["char_start"] <= row["char_start"] <= row["char_end"] <= parent["char_end"]:
                problem(f"{where}: section {row['section_no']} is not inside its parent")
    for row in rows["table_cells"]:
        if body[row["char_start"]:row["char_end"]] != (row["text"] or ""):
            problem(f"{where}: cell {row['table_no']},{row['row']},{row['col']} is not at its span")
        if row["block_no"] not in blocks:
            problem(f"{where}: a table in block {row['block_no']} that is not there")
    for row in rows["images"]:
        if row["block_no"] is not None and row["block_no"] not in blocks:
            problem(f"{where}: an image at block {row['block_no']} that is not there")
    numbers = {row["figure_no"] for row in rows["figures"]}
    for row in rows["indicators"]:
        if row["figure_no"] not in numbers:
            problem(f"{where}: indicator of figure {row['figure_no']} that is not there")
    counts = {"n_sections": len(sections), "n_figures": len(rows["figures"])}
    for name, count in counts.items():
        if document[name] != count:
            problem(f"{where}: {name} {document[name]}, the dataset has {count}")


# --- 4: the package

def check_package(run):
    package = json.loads((run / "datapackage.json").read_text(encoding="utf-8"))
    named = set()
    for resource in package["resources"]:
        path = run / resource["path"]
        named.add(path.name)
        if not path.exists():
            problem(f"datapackage.json: {resource['path']} is not there")
            continue
        data = path.read_bytes()
        if "bytes" in resource and resource["bytes"] != len(data):
            problem(f"datapackage.json: {resource['path']} has {len(data)} bytes, not {resource['bytes']}")
        digest = resource.get("hash", "").removeprefix("sha256:")
        if digest != hashlib.sha256(data).hexdigest():
            problem(f"datapackage.json: {resource['path']}: the digest differs")
    for path in sorted(run.glob("*.parquet")) + sorted(run.glob("csv/*.csv")):
        if path.name not in named:
            problem(f"datapackage.json: {path.name} is not described")
    for name in ("run.json", "datapackage.json"):
        text = (run / name).read_text(encoding="utf-8")
        if str(run.resolve().parent) in text:
            problem(f"{name}: holds a path of this machine")


def main():
    binary, run = sys.argv[1], Path(sys.argv[2])
    schema = declared(binary)
    frames = {}
    for dataset, columns in contract().items():
        frame = check_types(run, dataset, columns, schema.get(dataset))
        if frame is None:
            continue
        frames[dataset] = frame
        check_csv(run, dataset, frame)
        print(f"{dataset}: {len(frame)} rows, {len(frame.columns)} columns")
    if len(frames) == len(contract()):
        check_holds(frames)
    check_package(run)
    for line in PROBLEMS[:60]:
        print("PROBLEM " + line)
    if PROBLEMS:
        sys.exit(f"{len(PROBLEMS)} things do not hold")
    print("everything holds")


if __name__ == "__main__":
    main()
