package edu.hackathon.parking;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

public class ParkingLot {
    private final Map<Integer, Spot> spots = new ConcurrentSkipListMap<>();

    public ParkingLot(int n) {
        for (int i = 1; i <= n; i++) {
            spots.put(i, new Spot(i, true));
        }
    }

    public List<Spot> all() {
        return List.copyOf(spots.values());
    }

    // true if the spot was free
    public synchronized boolean take(int id) {
        Spot s = spots.get(id);
        if (s == null || !s.free()) return false;
        spots.put(id, new Spot(id, false));
        return true;
    }
}
