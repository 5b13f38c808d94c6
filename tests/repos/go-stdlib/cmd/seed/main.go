package main

import (
	"encoding/json"
	"os"

	"github.com/student-team-4/quote-service/internal/store"
)

// prints some quotes so that we have something to show
func main() {
	json.NewEncoder(os.Stdout).Encode([]store.Quote{
		{ID: 1, Text: "It works on my machine", Author: "everyone"},
	})
}
