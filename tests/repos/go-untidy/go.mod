module todo-api

go 1.25
