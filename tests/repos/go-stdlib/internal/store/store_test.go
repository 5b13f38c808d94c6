package store

import "testing"

func TestAdd(t *testing.T) {
	s := New()
	if got := s.Add(Quote{Text: "x"}); got.ID != 2 {
		t.Fatalf("id = %d", got.ID)
	}
}
