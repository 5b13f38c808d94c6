numbers = [1, 2, 3]
print("mean", sum(numbers) / len(numbers))
