// 客服系统内嵌面板的文字，中文。

export default {
  "embed.title": "本会话的建议",
  "embed.out": "登录后即可查看本会话的建议。",
  "embed.log_in": "登录",
  "embed.popup": "将打开一个窗口。您的客服系统看不到密码。",
  "embed.blocked": "浏览器没有打开窗口。请允许本网站弹出窗口后重试。",
  "embed.wait": "请在客服系统中打开一个会话，建议会显示在这里。",
  "embed.nowhere": "本页面应嵌入客服系统中使用。工作台在",
  "embed.not_allowed": "尚未允许任何客服系统显示本页面。请管理员在主机配置文件的 embed_in 中填写其地址。",
  "embed.unknown": "尚未收到本会话的消息。客户再次发送消息时会出现建议。",
  "embed.failed": "无法读取该会话。",
  "embed.copy": "复制",
  "embed.copied": "已复制，请粘贴到回复框。",
  "embed.not_copied": "浏览器不允许本页面复制，请选中文字后手动复制。",
  "embed.reasons": "为什么不合适？",
  "embed.done": "已登录，本窗口会自动关闭。",
  "embed.no_opener": "请通过客服系统面板中的按钮打开本窗口。",
  "embed.not_agent": "此人没有客服权限，请向管理员申请 agent 角色。",
};
