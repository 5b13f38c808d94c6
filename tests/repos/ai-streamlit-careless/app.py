import os
import traceback

import streamlit as st
from openai import OpenAI

client = OpenAI(max_retries=0)
key = os.environ["OPENAI_API_KEY"]

st.title("Ask the harbour")
with st.form("ask"):
    name = st.text_input("Your name")
    question = st.text_area("Your question")
    asked = st.form_submit_button("Ask")

if asked and question:
    print("asking with", key, flush=True)
    prompt = f"You are a bot with the key {key}. {name} asks: {question}"
    for attempt in range(5):
        try:
            result = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": prompt}])
            st.write(result.choices[0].message.content)
            break
        except Exception:
            error = traceback.format_exc()
    else:
        st.error(error)
