package main

import (
	"encoding/json"
	"html/template"
	"log"
	"net/http"
	"os"

	"github.com/student-team-4/quote-service/internal/store"
)

var tpl = template.Must(template.ParseFiles("templates/index.html"))

func main() {
	db := store.New()

	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		tpl.Execute(w, db.All())
	})
	mux.HandleFunc("GET /api/quotes", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusOK, db.All())
	})
	mux.HandleFunc("POST /api/quotes", func(w http.ResponseWriter, r *http.Request) {
		var q store.Quote
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil || q.Text == "" {
			writeJSON(w, http.StatusBadRequest, map[string]string{"error": "text is required"})
			return
		}
		writeJSON(w, http.StatusCreated, db.Add(q))
	})
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, 200, map[string]string{"status": "ok"})
	})

	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	log.Println("listening on", port)
	log.Fatal(http.ListenAndServe(":"+port, mux))
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}
