#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks a results folder of `nacre run`, with the standard library only.

results.json against docs/results.schema.json (the keywords that it uses), every CSV against its .npy,
both against results.json, and the arithmetic of the table in exact decimals: buy + sell = volume,
imbalance = |buy - sell| / volume, VPIN = mean imbalance of the last `window` buckets. With a panel: weights
that add up within their bounds, money that adds up day by day, components that sum to their total, and the
walk's statistics once more from walk.csv. The report must be
self-contained, its tags balanced and every SVG well-formed XML with an accessible name.

usage: check_results.py SCHEMA FOLDER
"""
import ast
import csv
import html.parser
import json
import math
import pathlib
import re
import struct
import sys
import xml.etree.ElementTree as ElementTree
from fractions import Fraction

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None),
         "integer": int, "number": (int, float)}


class Problem(Exception):
    pass


def is_type(value, name):
    if isinstance(value, bool) and name != "boolean":
        return False
    return isinstance(value, TYPES[name])


def validate(value, schema, root, where):
    """The keywords $ref, type, enum, pattern, properties, required, additionalProperties, items."""
    if "$ref" in schema:
        target = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return validate(value, target, root, where)
    names = schema.get("type")
    if names is not None:
        names = names if isinstance(names, list) else [names]
        if not any(is_type(value, name) for name in names):
            raise Problem(f"{where}: {value!r} is no {' or '.join(names)}")
    if "enum" in schema and value not in schema["enum"]:
        raise Problem(f"{where}: {value!r} is not one of {schema['enum']}")
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        raise Problem(f"{where}: {value!r} does not match {schema['pattern']}")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        for key in schema.get("required", []):
            if key not in value:
                raise Problem(f"{where}.{key} is missing")
        for key, member in value.items():
            if key in known:
                validate(member, known[key], root, f"{where}.{key}")
            elif schema.get("additionalProperties") is False:
                raise Problem(f"{where}.{key} is not documented")
    if isinstance(value, list) and "items" in schema:
        for index, member in enumerate(value):
            validate(member, schema["items"], root, f"{where}[{index}]")
    return None


def expect(condition, text):
    if not condition:
        raise Problem(text)


def read_npy(path):
    data = path.read_bytes()
    expect(data[:8] == b"\x93NUMPY\x01\x00", f"{path.name}: not a .npy of version 1.0")
    length = struct.unpack_from("<H", data, 8)[0]
    expect((10 + length) % 64 == 0, f"{path.name}: the header is not aligned")
    header = ast.literal_eval(data[10:10 + length].decode("ascii"))
    names = [name for name, _ in header["descr"]]
    layout = "<" + "".join({"<i8": "q", "<f8": "d"}[kind] for _, kind in header["descr"])
    rows = [dict(zip(names, row)) for row in struct.iter_unpack(layout, data[10 + length:])]
    expect(header["shape"] == (len(rows),), f"{path.name}: shape {header['shape']}, {len(rows)} rows")
    return rows


def same(text, value):
    """A CSV field (empty = not defined) and a double."""
    return math.isnan(value) if text == "" else math.isclose(float(text), value, rel_tol=1e-15)


def check_row(name, row, binary, size_exp):
    where = f"{name} bucket {row['bucket']}"
    volume, buy, sell = (Fraction(row[key]) for key in ("volume", "buy", "sell"))
    expect(buy + sell == volume, f"{where}: buy + sell is not the volume")
    expect(0 <= buy <= volume, f"{where}: buy outside [0, volume]")
    lots = (binary["buy_lots"] + Fraction(binary["buy_frac"], 2**20)) / 10**size_exp
    expect(lots == buy, f"{where}: buy of csv and npy differ")
    expect(Fraction(binary["volume_lots"], 10**size_exp) == volume, f"{where}: volumes differ")
    imbalance = abs(buy - sell) / volume
    expect(abs(float(row["imbalance"]) - float(imbalance)) < 1e-12, f"{where}: imbalance")
    for key in ("bucket", "start_ns", "end_ns", "duration_ns", "alarm"):
        expect(int(row[key]) == binary[key], f"{where}: {key} of csv and npy differ")
    for key in ("volume", "buy", "sell", "imbalance", "vpin", "cdf", "price", "volatility",
                "volatility_cdf", "traded_volume", "traded_volume_cdf"):
        expect(same(row[key], binary[key]), f"{where}: {key} of csv and npy differ")
    expect(int(row["start_ns"]) <= int(row["end_ns"]), f"{where}: ends before it starts")
    return imbalance


def check_table(folder, symbol):
    name = symbol["name"]
    with open(folder / f"vpin_{name}.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    binary = read_npy(folder / f"vpin_{name}.npy")
    figures = symbol["vpin"]["figures"]
    window = symbol["vpin"]["options"]["window"]
    expect(len(rows) == len(binary) == int(figures["buckets"]["value"]), f"{name}: row counts differ")
    imbalances, values = [], []
    for row, other in zip(rows, binary):
        imbalances.append(check_row(name, row, other, symbol["instrument"]["size_exp"]))
        expect((row["vpin"] == "") == (len(imbalances) < window),
               f"{name} bucket {row['bucket']}: VPIN defined at the wrong bucket")
        if row["vpin"] == "":
            continue
        value = float(row["vpin"])
        mean = float(sum(imbalances[-window:]) / window)
        expect(0 <= value <= 1, f"{name} bucket {row['bucket']}: VPIN outside [0, 1]")
        expect(abs(value - mean) < 1e-12, f"{name} bucket {row['bucket']}: VPIN is not {mean}")
        values.append(value)
    expect(int(figures["cdf_values"]["value"]) == len(values), f"{name}: number of VPIN values")
    if rows:
        last = figures["vpin"]["value"]
        expect(last == (float(rows[-1]["vpin"]) if rows[-1]["vpin"] else None), f"{name}: last VPIN")
    if values:
        mean = figures["mean_vpin"]["value"]
        expect(math.isclose(mean, sum(values) / len(values), rel_tol=1e-9), f"{name}: mean VPIN")
    for alarm in symbol["vpin"]["alarms"]:
        row = rows[int(alarm["begin_bucket"])]
        bit = 1 if alarm["kind"] == "cdf" else 2
        expect(int(row["alarm"]) & bit, f"{name}: an alarm begins where the table has none")
        expect(row["end_ns"] == alarm["begin_ns"], f"{name}: an alarm's time is not its bucket's")


def check_counts(symbol):
    name = symbol["name"]
    excluded = sum(int(reason["rows"]) for reason in symbol["filter"]["reasons"])
    kept = int(symbol["filter"]["kept_rows"]["value"])
    expect(kept + excluded == int(symbol["import"]["rows"]), f"{name}: kept + excluded is not all")
    volume = sum(Fraction(reason["volume"]) for reason in symbol["filter"]["reasons"])
    expect(volume == Fraction(symbol["filter"]["excluded_volume"]["value"]), f"{name}: excluded volume")


def near(a, b, scale=1.0, eps=1e-9):
    return abs(a - b) <= eps * max(scale, abs(b))


def deviation(values):
    mean = sum(values) / len(values)
    return math.sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1))


def read_csv(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def check_portfolio(folder, desk):
    rows = read_csv(folder / "weights.csv")
    weights = {row["asset"]: float(row["weight"]) for row in rows}
    expect(len(weights) == len(rows) == desk["panel"]["assets"], "weights.csv: not one row per asset")
    expect(near(sum(weights.values()), 1.0, eps=1e-8), f"weights.csv sums to {sum(weights.values())}")
    expect(all(-1e-8 <= w <= desk["max_weight"] + 1e-8 for w in weights.values()), "weights.csv: bounds")
    expect(near(sum(float(row["risk_share"]) for row in rows), 1.0), "weights.csv: risk shares")
    total = sum(float(row["component_es975"]) for row in rows)
    simulated = next(loss for loss in desk["losses"] if loss["method"] == "mc-t")
    expect(near(total, simulated["es975"]["value"], 0.0, 1e-6), "component ES does not sum to ES")
    held = {h["asset"]: h for h in desk["holdings"]}
    expect(held.keys() == {a for a, w in weights.items() if w > 1e-6}, "holdings are not the weights")
    expect(int(desk["figures"]["held"]["value"]) == len(held), "number of holdings")
    invested = 0.0
    for row in read_csv(folder / "trades.csv"):
        price, shares, value = (float(row[key]) for key in ("price", "shares", "value"))
        expect(shares == int(shares) and near(price * shares, value), f"trades.csv: {row}")
        wanted = weights[row["asset"]] * desk["capital"]
        expect(-1e-6 <= wanted - value < price * (1 + 1e-9), f"trades.csv: {row['asset']} is not whole lots")
        expect(held[row["asset"]]["shares"] == shares, f"trades.csv: {row['asset']}")
        invested += value
    expect(near(invested, desk["figures"]["invested"]["value"]), "invested")
    expect(near(desk["capital"] - invested, desk["figures"]["cash"]["value"], desk["capital"]), "cash")
    for loss in desk["losses"]:
        expect(loss["var95"]["value"] < loss["var99"]["value"], f"{loss['method']}: VaR 95 above VaR 99")
        for level in ("var95", "var99", "es975"):
            expect(near(loss[level]["money"], loss[level]["value"] * desk["capital"]), "money of a loss")
    for level in ("var95", "var99", "es975"):
        expect(desk["figures"][level]["value"] == desk["losses"][0][level]["value"], "headline losses")


def check_follow(folder, desk):
    days, rows = desk["followed"]["days"], read_csv(folder / "follow.csv")
    expect(len(days) == len(rows), "follow.csv: rows")
    value = desk["capital"]
    for day, row in zip(days, rows):
        expect(day["date"] == row["date"] and day["date"] > desk["asof"], f"follow.csv: {row['date']}")
        expect(near(day["value"] - value, day["pnl"] * desk["capital"], desk["capital"]), "P&L of a day")
        expect(day["exception"] == (-day["pnl"] > day["var99"]), "an exception")
        expect(day["es975"] > 0 and day["var99"] > 0, "a forecast is no loss")
        for key in ("pnl", "value", "var99", "es975"):
            expect(same(row[key], day[key]), f"follow.csv: {key} on {row['date']}")
        expect(int(row["exception"]) == day["exception"], "follow.csv: exception")
        value = day["value"]
    if days:
        expect(near(value - desk["capital"], desk["figures"]["pnl"]["value"] * desk["capital"],
                    desk["capital"]), "P&L of all days")
    else:
        expect(desk["figures"]["pnl"]["value"] is None and desk["followed"]["reason"], "no day, no reason")


def check_ticks(desk, symbols):
    held = {h["asset"]: h["weight"] for h in desk["holdings"]}
    names = {s["name"]: s["instrument"]["symbol"] for s in symbols}
    cost, measured, seen = 0.0, 0.0, set()
    for tick in desk["ticks"]:
        asset = names[tick["symbol"]]
        expect((tick["spread_bp"] is None) == (tick["spread_method"] is None) ==
               (tick["spread_reason"] is not None), f"{tick['symbol']}: masked spread")
        expect(tick["spread_bp"] is None or tick["spread_bp"] > 0, f"{tick['symbol']}: spread")
        expect(tick["weight"] == (held.get(asset, 0.0) if tick["in_panel"] else None), "weight of a tick")
        if tick["cost"] is not None and tick["spread_bp"] is not None:
            expect(near(tick["cost"], tick["weight"] * tick["spread_bp"] / 2e4, 0.0), "cost of a tick")
            if asset not in seen:
                cost, measured = cost + tick["cost"], measured + tick["weight"]
            seen.add(asset)
    figures = desk["figures"]
    expect(near(figures["weight_measured"]["value"], measured, 1.0, 1e-8), "measured weight")
    expect(figures["cost"]["value"] is None if measured == 0.0
           else near(figures["cost"]["value"], cost, 0.0), "measured cost")


def check_walk(folder, desk):
    walk, rows = desk["walk"], read_csv(folder / "walk.csv")
    if not walk["policies"]:
        expect(walk["reason"] and not rows, "a walk without policies")
        return
    expect(len(rows) == walk["days"] and rows[-1]["date"] <= desk["asof"], "walk.csv: rows")
    annual = math.sqrt(desk["panel"]["periods_per_year"] or 1.0)
    for policy in walk["policies"]:
        name = policy["name"]
        before, returns, hits, scores = 1.0, {}, 0, []
        for row in rows:
            wealth = float(row[name + "_wealth"])
            change = wealth / before - 1.0
            returns.setdefault(int(row["period"]), []).append(change)
            hits += -change > float(row[name + "_var99"])
            before = wealth
        expect(len(returns) == policy["rebalances"] == len(policy["predicted"]), f"{name}: periods")
        for k, period in returns.items():
            whole = math.prod(1.0 + r for r in period) - 1.0
            scores.append(whole / (policy["predicted"][k] / annual * math.sqrt(len(period))))
            if len(period) > 1:
                expect(near(policy["realised"][k], deviation(period) * annual, 0.0, 1e-8),
                       f"{name}: realised {k}")
        expect(all(len(returns[k]) == walk["hold"] for k in list(returns)[:-1]), f"{name}: holding")
        expect(near(policy["bias"], deviation(scores), 0.0, 1e-7), f"{name}: bias")
        expect(hits == policy["exceptions"], f"{name}: {hits} exceptions")
        n, x, tail = walk["days"], hits, 0.01
        free = x / n
        likelihood = ((n - x) * math.log((1 - tail) / (1 - free)) if x < n else 0.0)
        likelihood += x * math.log(tail / free) if x else 0.0
        expect(near(policy["kupiec_statistic"], -2.0 * likelihood, 1.0, 1e-8), f"{name}: Kupiec")
        expect(near(policy["kupiec_p"], math.erfc(math.sqrt(max(-likelihood, 0.0))), 1.0, 1e-7),
               f"{name}: Kupiec's p")


def check_desk(folder, results):
    desk = results["desk"]
    for name in desk["files"]:
        expect((folder / name).is_file(), f"{name} is missing")
    check_portfolio(folder, desk)
    check_follow(folder, desk)
    check_ticks(desk, results["symbols"])
    check_walk(folder, desk)
    factors = read_csv(folder / "factors.csv")
    expect(len(factors) == desk["panel"]["periods"], "factors.csv: rows")
    expect(max(row["date"] for row in factors) <= desk["asof"], "factors.csv looks ahead")


VOID = {"meta", "br", "link", "img", "hr", "rect", "path"}


class Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        for key, value in attrs:
            expect(key not in ("src", "onload", "onclick"), f"report.html: <{tag} {key}>")
            if key == "href":
                expect(value.startswith("#"), f"report.html: a link leaves the page: {value}")
        expect(tag not in ("script", "link", "iframe", "img"), f"report.html: <{tag}>")
        if tag not in VOID or tag in ("rect", "path"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        expect(self.open and self.open[-1] == tag, f"report.html: </{tag}> closes {self.open[-1:]}")
        self.open.pop()


def check_report(path):
    text = path.read_text(encoding="utf-8")
    expect(len(text) < 2_000_000, f"report.html: {len(text)} bytes")
    expect("prefers-color-scheme:dark" in text and "@media print" in text, "report.html: styles")
    expect("http:" not in text and "https:" not in text and "url(" not in text.lower(),
           "report.html: refers to the network")
    expect("nan" not in re.findall(r'd="([^"]*)"', text.lower()), "report.html: NaN in a path")
    parser = Tags()
    parser.feed(text)
    parser.close()
    expect(not parser.open, f"report.html: open at the end: {parser.open}")
    drawings = re.findall(r"<svg .*?</svg>", text, re.S)
    for drawing in drawings:
        root = ElementTree.fromstring(drawing)
        if root.get("aria-hidden") == "true":
            continue
        expect(root.get("role") == "img" and root.get("aria-label"), "report.html: a nameless chart")
        for element in root.iter():
            for key in ("d", "x", "y", "width", "height"):
                value = element.get(key, "")
                expect("nan" not in value and "inf" not in value, f"report.html: {key}={value}")
                if key in ("width", "height") and value:
                    expect(float(value) >= 0, f"report.html: negative {key}")
    return len(drawings)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.splitlines()[-1])
    folder = pathlib.Path(sys.argv[2])
    try:
        schema = json.loads(pathlib.Path(sys.argv[1]).read_text())
        results = json.loads((folder / "results.json").read_text())
        validate(results, schema, schema, "results")
        for symbol in results["symbols"]:
            check_counts(symbol)
            check_table(folder, symbol)
            for name in symbol["files"]:
                expect((folder / name).is_file(), f"{name} is missing")
        if "desk" in results:
            check_desk(folder, results)
        charts = check_report(folder / "report.html")
    except (Problem, OSError, KeyError, ValueError, ElementTree.ParseError) as problem:
        sys.exit(f"check_results: {folder}: {problem!r}")
    print(f"results: {len(results['symbols'])} symbols, {charts} charts, no problem")


if __name__ == "__main__":
    main()
