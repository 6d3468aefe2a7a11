"""The limits that the README promises: a CSV of 2 GB loads in less than 1 GB of memory, `portrait check` takes less than 300 ms
for 100 models. Prints a table; ends with 1 if a limit is passed.

    python limits.py --portrait ../target/release/portrait --dir DIR
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SMALL = os.path.join(HERE, "..", "templates", "small")
GIB = 1 << 30


def measure(command):
    """Seconds and peak resident bytes of a command."""
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(command)} failed")
    return seconds, usage.ru_maxrss * 1024


def large_file(directory, size):
    """The small project over one CSV of orders: no two alike, some of them delivered twice."""
    shop = os.path.join(directory, "shop")
    shutil.rmtree(shop, ignore_errors=True)
    shutil.copytree(SMALL, shop)
    path = os.path.join(shop, "data", "orders", "2026.csv")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write("order_id,ordered_at,email,status,amount\n")
        number, written = 0, 0
        while written < size:
            lines = []
            for _ in range(100_000):
                number += 1
                month, day, hour = number % 6 + 1, number // 7 % 28 + 1, number // 11 % 24
                order = number if number % 1000 else number - 1
                lines.append(
                    f"S{order:012d},2026-{month:02d}-{day:02d} {hour:02d}:{number % 60:02d}:{number // 60 % 60:02d},"
                    f"customer{number * 2654435761 % 1000003:07d}@example.com,{'paid' if number % 9 else 'cancelled'},"
                    f"{number % 99999 / 100:.2f}\n"
                )
            text = "".join(lines)
            file.write(text)
            written += len(text)
    return shop, os.path.getsize(path), number


def many_models(directory, count):
    """A project of so many models, each over the one before, with a join and a window."""
    shop = os.path.join(directory, "many")
    shutil.rmtree(shop, ignore_errors=True)
    shutil.copytree(SMALL, shop)
    for number in range(count - 3):
        before = "clean_order" if number == 0 else f"step_{number - 1:03d}"
        with open(os.path.join(shop, "sql", "staging", f"step_{number:03d}.sql"), "w", encoding="utf-8") as file:
            file.write(
                f"-- One row is an order, after {number + 1} steps.\n"
                f"WITH ranked AS (\n    SELECT *, row_number() OVER (PARTITION BY email ORDER BY ordered_at) AS place_{number}\n"
                f"    FROM {before}\n)\n"
                f"SELECT ranked.email, ranked.ordered_at, ranked.amount + place_{number} AS amount\n"
                f"FROM ranked\nLEFT JOIN clean_order ON clean_order.email = ranked.email\n"
                f"WHERE ranked.amount > {number}\n"
            )
    return shop


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portrait", required=True, help="the release binary")
    parser.add_argument("--dir", required=True, help="a scratch folder")
    parser.add_argument("--gib", type=float, default=2.0, help="the size of the large file")
    parser.add_argument("--memory", default="1GB", help="what `portrait run` is told")
    options = parser.parse_args()
    portrait, directory = os.path.abspath(options.portrait), os.path.abspath(options.dir)
    os.makedirs(directory, exist_ok=True)

    many = many_models(directory, 100)
    checks = [measure([portrait, "check", "-C", many])[0] for _ in range(11)]
    check = statistics.median(checks)
    shop, size, rows = large_file(directory, int(options.gib * GIB))
    seconds, memory = measure([portrait, "run", "-q", "-C", shop, "--as-of", "2026-06-30", "--memory", options.memory])
    print("| what | measured | limit |\n|---|---:|---:|")
    print(f"| `portrait check`, 100 models, median of {len(checks)} | {check * 1000:.0f} ms | 300 ms |")
    print(f"| peak memory over a CSV of {size / 1e9:.2f} GB, {rows:,} rows | {memory / 1e6:.0f} MB | 1,000 MB |")
    print(f"| the same, seconds from the file to the release | {seconds:.1f} s | |")
    return 0 if check < 0.3 and memory < 1e9 else 1


if __name__ == "__main__":
    sys.exit(main())
