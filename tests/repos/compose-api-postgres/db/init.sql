CREATE EXTENSION IF NOT EXISTS "uuid-ossp";

CREATE TABLE IF NOT EXISTS notes (
    id         uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
    text       VARCHAR(500) NOT NULL,
    created_at TIMESTAMP DEFAULT NOW()
);

INSERT INTO notes (text) VALUES ('buy coffee'), ('finish the hackathon');
