import Fastify from "fastify";
import { questions } from "./questions.js";

const app = Fastify({ logger: true });

app.get("/healthz", async () => ({ status: "ok" }));

app.register(questions, { prefix: "/api/v1" });

const port = Number(process.env.PORT ?? 3000);

try {
  await app.listen({ port, host: "0.0.0.0" });
} catch (err) {
  app.log.error(err);
  process.exit(1);
}
