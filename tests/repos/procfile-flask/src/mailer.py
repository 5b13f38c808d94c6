# TODO: send the weekly mail
print("nothing to send")
