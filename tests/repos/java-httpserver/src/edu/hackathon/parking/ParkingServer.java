package edu.hackathon.parking;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

public class ParkingServer {

    static final ParkingLot LOT = new ParkingLot(20);

    public static void main(String[] args) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("0.0.0.0", 8080), 0);
        server.createContext("/", ParkingServer::page);
        server.createContext("/api/spots", ParkingServer::spots);
        server.createContext("/health", ex -> send(ex, 200, "application/json", "{\"status\":\"UP\"}"));
        server.setExecutor(Executors.newFixedThreadPool(8));
        server.start();
        System.out.println("Server started on port 8080");
    }

    static void page(HttpExchange ex) throws IOException {
        if (!ex.getRequestURI().getPath().equals("/")) {
            send(ex, 404, "text/plain", "not found");
            return;
        }
        send(ex, 200, "text/html", Files.readString(Path.of("web/index.html")));
    }

    static void spots(HttpExchange ex) throws IOException {
        if (ex.getRequestMethod().equals("POST")) {
            try {
                int id = Integer.parseInt(new String(ex.getRequestBody().readAllBytes()).trim());
                send(ex, LOT.take(id) ? 200 : 409, "application/json", "{}");
            } catch (NumberFormatException e) {
                send(ex, 400, "application/json", "{\"error\":\"number expected\"}");
            }
            return;
        }
        send(ex, 200, "application/json", LOT.all().stream().map(Spot::toJson).collect(Collectors.joining(",", "[", "]")));
    }

    static void send(HttpExchange ex, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        ex.getResponseHeaders().set("Content-Type", type);
        ex.sendResponseHeaders(status, bytes.length);
        ex.getResponseBody().write(bytes);
        ex.close();
    }
}
