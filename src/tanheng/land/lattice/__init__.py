"""Where pixels lie: on Earth, among those of other maps, and over the cells of a grid."""
