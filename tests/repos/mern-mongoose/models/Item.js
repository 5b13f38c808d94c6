const mongoose = require("mongoose");

const itemSchema = new mongoose.Schema(
  {
    title: { type: String, required: true, unique: true },
    price: { type: Number, min: 0 },
    tags: [String],
    seller: { type: mongoose.Schema.Types.ObjectId, ref: "User" },
  },
  { timestamps: true }
);

const userSchema = new mongoose.Schema({ name: String });

module.exports = {
  Item: mongoose.model("Item", itemSchema),
  User: mongoose.model("User", userSchema),
};
