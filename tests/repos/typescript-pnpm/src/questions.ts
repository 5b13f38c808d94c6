import type { FastifyInstance } from "fastify";

type Question = { id: number; text: string; answer: string };

const all: Question[] = [{ id: 1, text: "Capital of Slovenia?", answer: "Ljubljana" }];

export async function questions(app: FastifyInstance) {
  app.get("/questions", async () => all.map(({ id, text }) => ({ id, text })));

  app.post<{ Params: { id: string }; Body: { answer: string } }>(
    "/questions/:id/answer",
    { schema: { body: { type: "object", required: ["answer"], properties: { answer: { type: "string" } } } } },
    async (req, reply) => {
      const q = all.find((one) => one.id === Number(req.params.id));
      if (!q) return reply.code(404).send({ error: "no such question" });
      return { right: q.answer.toLowerCase() === req.body.answer.toLowerCase() };
    },
  );
}
