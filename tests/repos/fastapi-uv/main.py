def main():
    print("Hello from habit-tracker!")


if __name__ == "__main__":
    main()
