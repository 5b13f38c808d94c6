# old dashboard, does not work any more
import streamlit as st
st.title("old")
