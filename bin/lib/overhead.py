"""The table of bin/bench-overhead.

overhead.py RESULTS ALLOCATION RATE: a JSON object for each load of each round, and what PublishAllocation prints.
"""

import json
import sys
from statistics import median

MODES = {"default": "default", "one": "1 %", "all": "100 %"}
LOADS = {
    "qos1": "QoS 1 unpaced",
    "qos0": "QoS 0 unpaced",
    "paced": "QoS 1 at {rate:,}/s",
}
FIGURES = {
    "rate": ("messages/s", lambda result: result["delivered_per_s"], "{:,.0f}"),
    "cpu": ("broker CPU µs a message", lambda result: result["broker_cpu_us_per_msg"], "{:.2f}"),
    "p99": ("p99 ms", lambda result: result["lat_us"]["p99"] / 1000, "{:.2f}"),
}
AT_LEAST = {
    ("default", "qos1", "rate"): 0.95,
    ("default", "qos0", "rate"): 0.95,
    ("one", "qos1", "rate"): 0.95,
    ("one", "qos0", "rate"): 0.95,
    ("all", "paced", "rate"): 0.80,
}
AT_MOST = {(mode, "paced", "p99"): 1.15 for mode in ("default", "one", "all")} | {
    (mode, load, "p99"): 1.15 for mode in ("default", "one") for load in ("qos1", "qos0")
}
ROWS = [
    ("default", "qos1", "rate"),
    ("default", "qos1", "cpu"),
    ("default", "qos1", "p99"),
    ("default", "qos0", "rate"),
    ("default", "qos0", "cpu"),
    ("default", "qos0", "p99"),
    ("one", "qos1", "rate"),
    ("one", "qos1", "cpu"),
    ("one", "qos1", "p99"),
    ("one", "qos0", "rate"),
    ("one", "qos0", "cpu"),
    ("one", "qos0", "p99"),
    ("default", "paced", "p99"),
    ("default", "paced", "cpu"),
    ("one", "paced", "p99"),
    ("one", "paced", "cpu"),
    ("all", "paced", "rate"),
    ("all", "paced", "p99"),
    ("all", "paced", "cpu"),
    ("all", "qos1", "rate"),
    ("all", "qos1", "cpu"),
]
# an object has 16 bytes: what is less is a buffer that grew
LESS_THAN_AN_OBJECT = 1.0


def main():
    with open(sys.argv[1]) as lines:
        runs = [json.loads(line) for line in lines]
    with open(sys.argv[2]) as lines:
        allocation = [line.split() for line in lines]
    rate = int(sys.argv[3])
    missed = []
    print("| traced | load | figure | off | on | on/off, median | lowest to highest | limit | met |")
    print("|---|---|---|---|---|---|---|---|---|")
    for mode, load, figure in ROWS:
        missed += row(runs, mode, load, figure, rate)
    missed += heap(allocation)
    print()
    remarks(runs, allocation, rate)
    print("All limits are met." if not missed else "NOT MET: " + "; ".join(missed) + ".")


def row(runs, mode, load, figure, rate):
    name, value, form = FIGURES[figure]
    off = values(runs, "off", load, value)
    on = values(runs, mode, load, value)
    ratios = [on[number] / off[number] for number in on]
    ratio = median(ratios)
    key = (mode, load, figure)
    if key in AT_LEAST:
        limit, met = f"at least {AT_LEAST[key]:.2f}", ratio >= AT_LEAST[key]
    elif key in AT_MOST:
        limit, met = f"at most {AT_MOST[key]:.2f}", ratio <= AT_MOST[key]
    else:
        limit, met = "", None
    what = LOADS[load].format(rate=rate)
    cells = [
        MODES[mode],
        what,
        name,
        form.format(median(off.values())),
        form.format(median(on.values())),
        f"{ratio:.2f}",
        f"{min(ratios):.2f} to {max(ratios):.2f}",
        limit,
        {None: "", True: "yes", False: "NO"}[met],
    ]
    print("| " + " | ".join(cells) + " |")
    return [f"{name} at {MODES[mode]}, {what}: {ratio:.2f}, {limit}"] if met is False else []


def values(runs, mode, load, value):
    return {run["round"]: value(run["result"]) for run in runs if run["mode"] == mode and run["load"] == load}


def heap(allocation):
    missed = []
    for version, qos, off, on, _ in allocation:
        more = float(on) - float(off)
        met = more < LESS_THAN_AN_OBJECT
        what = f"QoS {qos}, MQTT {version[1:].replace('_', '.')}"
        print(
            f"| on, this one not | {what} | heap a message, B | {float(off):.1f} | {float(on):.1f} | {more:+.1f} B | |"
            f" 0 B more | {'yes' if met else 'NO'} |"
        )
        if not met:
            missed.append(f"heap a message, {what}: {more:+.1f} B")
    return missed


def remarks(runs, allocation, rate):
    for mode, name in MODES.items():
        for load in LOADS:
            some = [run for run in runs if run["mode"] == mode and run["load"] == load]
            if some:
                print("- " + remark(name, LOADS[load].format(rate=rate), some))
    traced = [float(traced) - float(off) for _, _, off, _, traced in allocation]
    print(f"- heap: a traced message takes {min(traced):,.0f} to {max(traced):,.0f} B more on its loop.")
    faults = {
        name: sum(run["result"][name] for run in runs)
        for name in ("lost", "dup", "out_of_order", "disconnects", "protocol_errors")
    }
    print("- over all loads: " + ", ".join(f"{name} {count}" for name, count in faults.items()) + ".")


def remark(mode, load, some):
    exported = sum(run["exported"] for run in some)
    dropped = sum(run["dropped"] for run in some)
    messages = sum(run["result"]["sent_total"] for run in some)
    return (
        f"{mode}, {load}: {(exported + dropped) / messages:.3f} spans a message, {100 * dropped / max(1, exported + dropped):.1f} %"
        f" of them dropped as the queue was full; the Collector took {median(run['collector_pct'] for run in some):.0f} % of a core,"
        f" all but broker and generator {median(run['result']['other_cpu_pct'] for run in some):.0f} %."
    )


main()
