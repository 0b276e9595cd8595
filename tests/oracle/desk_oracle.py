#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The desk's figures that need no optimiser, from the panel itself, with the standard library only.

From PANEL.csv and the weights and shares that FOLDER holds: the historical VaR and ES of the portfolio,
every followed day's P&L and the forecast of the evening before, and the whole walk of equal weights with
its predicted volatility (the variance of equal weights under a sample covariance is the sample variance of
their return). Optional: the spread of a trades file in the `nacre` format.

usage: desk_oracle.py PANEL.csv FOLDER [SYMBOL TRADES.csv]...
"""
import csv
import json
import math
import pathlib
import sys
from statistics import NormalDist


def read_panel(path):
    with open(path, newline="") as file:
        rows = list(csv.reader(file))
    return rows[0][1:], [row[0] for row in rows[1:]], [[float(x) for x in row[1:]] for row in rows[1:]]


def historical(losses, level):
    """VaR: smallest loss x with F(x) >= level. ES: Acerbi & Tasche."""
    ordered, n = sorted(losses), len(losses)
    rank = math.ceil(n * level - 1e-9)
    var = ordered[rank - 1]
    es = (math.fsum(ordered[rank:]) + (rank - n * level) * var) / (n * (1.0 - level))
    return var, es


def close(name, ours, theirs, eps=1e-9):
    if not abs(ours - theirs) <= eps * max(1e-3, abs(ours)):
        sys.exit(f"desk_oracle: {name}: {theirs} instead of {ours}")


def returns_of(prices, first, last):
    """Rows first+1 .. last."""
    return [[b / a - 1.0 for a, b in zip(prices[t - 1], prices[t])] for t in range(first + 1, last + 1)]


def check_risk(names, history, desk, weights):
    losses = [-math.fsum(w * r for w, r in zip(weights, row)) for row in history]
    for key, level, which in (("var95", 0.95, 0), ("var99", 0.99, 0), ("es975", 0.975, 1)):
        close(key, historical(losses, level)[which], desk["figures"][key]["value"])


def check_follow(names, dates, prices, desk, folder, at, history):
    shares = dict.fromkeys(names, 0.0)
    with open(folder / "trades.csv", newline="") as file:
        shares.update((row["asset"], float(row["shares"])) for row in csv.DictReader(file))
    held = [shares[name] for name in names]
    cash = desk["capital"] - math.fsum(s * p for s, p in zip(held, prices[at]))
    periods = len(history)
    for k, day in enumerate(desk["followed"]["days"], 1):
        before, now = prices[at + k - 1], prices[at + k]
        value = cash + math.fsum(s * p for s, p in zip(held, before))
        weights = [s * p / value for s, p in zip(held, before)]
        seen = (history + returns_of(prices, at, at + k - 1))[-periods:]
        losses = [-math.fsum(w * r for w, r in zip(weights, row)) for row in seen]
        if day["date"] != dates[at + k]:
            sys.exit(f"desk_oracle: day {k} is {dates[at + k]}, not {day['date']}")
        pnl = math.fsum(s * (b - a) for s, a, b in zip(held, before, now))
        scale = value / desk["capital"]
        close(f"pnl {k}", pnl / desk["capital"], day["pnl"])
        close(f"var99 {k}", historical(losses, 0.99)[0] * scale, day["var99"])
        close(f"es975 {k}", historical(losses, 0.975)[1] * scale, day["es975"])


def variance(values):
    mean = math.fsum(values) / len(values)
    return math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1)


def check_walk(names, prices, desk, folder, at):
    walk = desk["walk"]
    policy = next(p for p in walk["policies"] if p["name"] == "equal_weight")
    with open(folder / "walk.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    past = returns_of(prices, 0, at)
    first, n, multiple = len(past) - walk["days"], len(names), NormalDist().inv_cdf(0.99)
    turnover, wealth, weights = 0.0, 1.0, None
    for k, start in enumerate(range(first, len(past), walk["hold"])):
        seen = past[start - walk["window"]:start]
        if weights:
            turnover += math.fsum(abs(w - 1.0 / n) for w in weights)
        weights = [1.0 / n] * n
        for t in range(start, min(start + walk["hold"], len(past))):
            # w'Sw of the drifted weights is the sample variance of their return over the window
            deviation = math.sqrt(variance([math.fsum(w * r for w, r in zip(weights, row))
                                            for row in seen]))
            if t == start:
                close(f"predicted {k}", deviation * math.sqrt(252), policy["predicted"][k])
            change = math.fsum(w * r for w, r in zip(weights, past[t]))
            wealth *= 1.0 + change
            weights = [w * (1.0 + r) / (1.0 + change) for w, r in zip(weights, past[t])]
            row = rows[t - first]
            close(f"walk's VaR of {row['date']}", multiple * deviation,
                  float(row["equal_weight_var99"]))
            close(f"wealth of {row['date']}", wealth, float(row["equal_weight_wealth"]))
    close("turnover", turnover / (policy["rebalances"] - 1), policy["turnover"])


def spread_of(path):
    """In basis points: by the aggressor's side where there is one, else Roll on one session."""
    with open(path, newline="") as file:
        trades = [(row["side"], float(row["price"])) for row in csv.DictReader(file)]
    if any(side in "BS" for side, _ in trades):
        gaps = [((p - q) if s == "B" else (q - p)) / (0.5 * (p + q))
                for (o, q), (s, p) in zip(trades, trades[1:]) if s != o]
        return 1e4 * math.fsum(gaps) / len(gaps)
    change = [1e4 * (p - q) / q for (_, q), (_, p) in zip(trades, trades[1:])]
    x, y = change[:-1], change[1:]
    mx, my = math.fsum(x) / len(x), math.fsum(y) / len(y)
    covariance = math.fsum((a - mx) * (b - my) for a, b in zip(x, y)) / (len(x) - 1)
    return 2.0 * math.sqrt(-covariance) if covariance < 0 else None


def main():
    names, dates, prices = read_panel(sys.argv[1])
    folder = pathlib.Path(sys.argv[2])
    desk = json.loads((folder / "results.json").read_text())["desk"]
    at = max(t for t, date in enumerate(dates) if date <= desk["asof"])
    year, rest = desk["asof"].split("-", 1)
    since = next(t for t, date in enumerate(dates) if date >= f"{int(year) - 2}-{rest}")
    history = returns_of(prices, since, at)
    with open(folder / "weights.csv", newline="") as file:
        weights = [float(row["weight"]) for row in csv.DictReader(file)]
    check_risk(names, history, desk, weights)
    check_follow(names, dates, prices, desk, folder, at, history)
    check_walk(names, prices, desk, folder, at)
    ticks = {tick["symbol"]: tick for tick in desk["ticks"]}
    for symbol, path in zip(sys.argv[3::2], sys.argv[4::2]):
        theirs, ours = ticks[symbol]["spread_bp"], spread_of(path)
        if (theirs is None) != (ours is None):
            sys.exit(f"desk_oracle: spread of {symbol}: {theirs} instead of {ours}")
        if ours is not None:
            close(f"spread of {symbol}", ours, theirs)
    print(f"desk: {len(desk['followed']['days'])} days, {desk['walk']['days']} days walked, no problem")


if __name__ == "__main__":
    main()
