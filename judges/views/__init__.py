"""Pages of judging: `judge` on the phone of a judge, the other modules for who organises the event."""
