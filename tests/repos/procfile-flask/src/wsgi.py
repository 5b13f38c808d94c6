from tracker import make

application = make()
