package drawer
