"""Makes a table of bike counts: hour, temperature, rain, and how many passed. The same table every time."""

import argparse
import csv
import os
import random

parser = argparse.ArgumentParser()
parser.add_argument("--table", required=True)
folder = parser.parse_args().table

source = random.Random(9)
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, "counts.csv"), "w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["hour", "temperature", "rain", "bikes"])
    for _ in range(300):
        hour, temperature, rain = source.randrange(24), source.uniform(-5, 30), source.uniform(0, 4)
        table.writerow([hour, temperature, rain, 40 + 2 * hour + 3 * temperature - 8 * rain + source.gauss(0, 5)])
print("300 rows")
