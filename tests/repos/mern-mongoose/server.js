const express = require("express");
const mongoose = require("mongoose");
const { Item, User } = require("./models/Item");

const app = express();
app.use(express.json());
app.use(express.static("public"));

app.get("/health", async (req, res) => {
  try {
    await mongoose.connection.db.admin().ping();
    res.json({ status: "ok" });
  } catch (err) {
    res.status(503).json({ status: "no database" });
  }
});

app.get("/api/items", async (req, res, next) => {
  try {
    const items = await Item.find({ price: { $lte: 100 } }).sort({ createdAt: -1 }).limit(20).populate("seller");
    res.json(items);
  } catch (err) {
    next(err);
  }
});

app.get("/api/stats", async (req, res, next) => {
  try {
    res.json(await Item.aggregate([{ $unwind: "$tags" }, { $group: { _id: "$tags", n: { $sum: 1 } } }, { $sort: { n: -1 } }]));
  } catch (err) {
    next(err);
  }
});

app.post("/api/items", async (req, res, next) => {
  try {
    res.status(201).json(await Item.create(req.body));
  } catch (err) {
    if (err.code === 11000) return res.status(409).json({ taken: err.keyValue });
    if (err.name === "ValidationError") return res.status(400).json({ error: err.message });
    next(err);
  }
});

async function main() {
  await mongoose.connect(process.env.MONGO_URI, { serverSelectionTimeoutMS: 5000 });
  await Item.init();
  // first start
  if (!(await User.countDocuments())) {
    const kim = await User.create({ name: "Kim" });
    await Item.insertMany([
      { title: "Desk", price: 20, tags: ["wood", "room"], seller: kim._id },
      { title: "Lamp", price: 8, tags: ["room"], seller: kim._id },
    ]);
    await Item.findOneAndUpdate({ title: "Desk" }, { $inc: { price: 5 }, $push: { tags: "big" } }, { new: true });
    // twice must not work
    const again = await Item.create({ title: "Desk" }).catch((err) => err);
    if (again.code !== 11000 || again.keyValue.title !== "Desk") throw again;
    const [room] = await Item.aggregate([{ $unwind: "$tags" }, { $group: { _id: "$tags", n: { $sum: 1 } } }, { $sort: { n: -1 } }]);
    if (room._id !== "room" || room.n !== 2) throw new Error("wrong count");
  }
  app.listen(process.env.PORT || 5000, () => console.log("listening"));
}

main().catch((err) => {
  console.error(err);
  process.exit(1);
});
