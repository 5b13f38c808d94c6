package store

import "sync"

type Quote struct {
	ID     int    `json:"id"`
	Text   string `json:"text"`
	Author string `json:"author"`
}

type Store struct {
	mu     sync.RWMutex
	quotes []Quote
}

func New() *Store {
	return &Store{quotes: []Quote{{1, "Talk is cheap. Show me the code.", "Linus"}}}
}

func (s *Store) All() []Quote {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return append([]Quote(nil), s.quotes...)
}

func (s *Store) Add(q Quote) Quote {
	s.mu.Lock()
	defer s.mu.Unlock()
	q.ID = len(s.quotes) + 1
	s.quotes = append(s.quotes, q)
	return q
}
