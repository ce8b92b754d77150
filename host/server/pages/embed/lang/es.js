// Palabras del panel en un servicio de ayuda, en español.

export default {
  "embed.title": "Sugerencias para esta conversación",
  "embed.out": "Inicie sesión para ver las sugerencias de esta conversación.",
  "embed.log_in": "Iniciar sesión",
  "embed.popup": "Se abre una ventana. Su servicio de ayuda nunca ve la contraseña.",
  "embed.blocked": "El navegador no abrió la ventana. Permita las ventanas emergentes de este sitio e inténtelo de nuevo.",
  "embed.wait": "Abra una conversación en su servicio de ayuda; aquí aparecen sus sugerencias.",
  "embed.nowhere": "Esta página va dentro del marco de un servicio de ayuda. El escritorio está en",
  "embed.not_allowed": "Ningún servicio de ayuda puede mostrar aún esta página. Un operador indica su dirección con embed_in en el archivo del servidor.",
  "embed.unknown": "Todavía no se sabe nada de esta conversación. Las sugerencias llegan con el próximo mensaje del cliente.",
  "embed.failed": "No se puede leer la conversación.",
  "embed.copy": "Copiar",
  "embed.copied": "Copiado. Péguelo en el cuadro de respuesta.",
  "embed.not_copied": "El navegador no permite copiar desde esta página. Seleccione el texto y cópielo.",
  "embed.reasons": "¿Por qué no encaja?",
  "embed.done": "Sesión iniciada. Esta ventana se cierra sola.",
  "embed.no_opener": "Abra esta ventana desde el panel de su servicio de ayuda, con el botón que hay allí.",
  "embed.not_agent": "Esta persona no es agente. Pida a un operador el rol agent.",
};
