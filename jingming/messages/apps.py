from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "jingming.messages"
    label = "messaging"  # django.contrib.messages, the notes at the top of a page, has the other name
