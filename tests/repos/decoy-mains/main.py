import os

print("Projekt Mensa-Planer, siehe README")
print(os.listdir("."))
