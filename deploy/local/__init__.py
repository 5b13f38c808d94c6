"""Running Assay on one machine: `make up`, `make test`, `make down`. Standard library only."""
