from deep import *
print("%s %s" % (1,))
