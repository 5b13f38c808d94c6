module github.com/student-team-4/quote-service

go 1.25
