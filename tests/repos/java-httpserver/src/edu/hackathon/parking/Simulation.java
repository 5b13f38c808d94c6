package edu.hackathon.parking;

public class Simulation {
    // only for the presentation
    public static void main(String[] args) {
        ParkingLot lot = new ParkingLot(3);
        System.out.println(lot.take(1) + " " + lot.take(1));
    }
}
