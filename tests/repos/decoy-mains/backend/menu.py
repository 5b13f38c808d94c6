MENU = {"monday": "soup", "tuesday": "pasta"}
