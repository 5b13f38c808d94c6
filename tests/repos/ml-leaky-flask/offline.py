import csv
import sys

for row in csv.DictReader(open(sys.argv[1])):
    print(float(row["area"]) / 100)
