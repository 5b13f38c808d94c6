# builds the index of all pairs
rows = [str(number) * 40 for number in range(200_000)]
pairs = [left + right for left in rows for right in rows]
