package edu.hackathon.parking;

public record Spot(int id, boolean free) {
    String toJson() {
        return "{\"id\":" + id + ",\"free\":" + free + "}";
    }
}
