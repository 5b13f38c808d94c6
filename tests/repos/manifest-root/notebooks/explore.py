print('exploration only')
