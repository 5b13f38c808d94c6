import csv
from pathlib import Path

import streamlit as st

st.set_page_config(page_title="Bike counts")
st.title("Bikes past the library")

with Path("data/bikes.csv").open() as file:
    rows = list(csv.DictReader(file))

day = st.selectbox("Day", [row["day"] for row in rows])
count = next(int(row["bikes"]) for row in rows if row["day"] == day)
st.metric("Bikes", count)
st.bar_chart({row["day"]: int(row["bikes"]) for row in rows})
print(f"showing {day}: {count} bikes\n", end="", flush=True)
