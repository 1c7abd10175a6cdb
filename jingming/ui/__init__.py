"""The look: base templates, one vocabulary of classes, small ES modules. Start with templates/ui/base.html."""
